/// Reads reference values and score tables: CSV without quotes, which is all that tests need.
package import Foundation

/// The rows of a CSV file whose fields have no quotes, each by column name.
package func plainCSV(_ file: URL) throws -> [[String: String]] {
  let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
  let rows = lines.map { line in
    line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
}

extension [String: String] {
  /// The number in a column, NaN where there is none.
  package func number(_ column: String) -> Double { self[column].flatMap(Double.init) ?? .nan }
}

/// The fixtures beside a test file.
package func fixture(_ name: String, beside testFile: String = #filePath) -> URL {
  URL(filePath: testFile).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
}
