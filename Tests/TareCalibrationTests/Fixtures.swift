/// Reads the reference values of this target's tests, and score tables in the same plain CSV.
internal import Foundation

let fixturesFolder = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "Fixtures")

/// The rows of a CSV file without quotes, each by column name.
func rows(of file: URL) throws -> [[String: String]] {
  let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
  let header = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  return lines.dropFirst().map { line in
    let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return Dictionary(uniqueKeysWithValues: zip(header, fields))
  }
}

extension [String: String] {
  func number(_ column: String) -> Double { self[column].flatMap(Double.init) ?? .nan }
}
