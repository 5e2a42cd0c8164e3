/// Several files that are one table, their rows one behind the other: a folder of Parquet files, a
/// pattern that matches such, or what `save_to_disk` of Hugging Face's datasets wrote.
package import Foundation
package import TareCore

package struct TableFiles: Sendable {
  /// In the order of their rows.
  package let paths: [String]
  private let kind: Kind

  private enum Kind { case arrow, parquet }

  /// - Parameter path: a folder's, or one whose last part holds `*` for any characters.
  /// - Returns: nil for a path of any other kind, be there such a file or not.
  /// - Throws: `TareError.badData` for a folder of another kind, of several splits, which are named,
  ///   or of a split that is not whole, and for a pattern that matches no Parquet file.
  package init?(_ path: String) throws(TareError) {
    if Self.isPattern(path) {
      paths = try Self.matches(of: path)
      kind = .parquet
      return
    }
    guard Self.isFolder(path) else { return nil }
    let names = Self.parquetNames(in: path)
    guard !names.isEmpty, !SavedDataset.isSaved(path) else {
      paths = try SavedDataset.files(of: path)
      kind = .arrow
      return
    }
    try Self.checkSplits(names, of: path)
    try Self.checkOthers(beside: names, in: path)
    paths = names.map { URL(filePath: path).appending(path: $0).path }
    kind = .parquet
  }

  /// Whether a path is of several files, or would be: a folder's, or a pattern.
  package static func isSeveral(_ path: String) -> Bool { isFolder(path) || isPattern(path) }

  /// Whether a folder's files are one table, rather than tables each.
  package static func isTable(folder: String) -> Bool {
    isFolder(folder) && (SavedDataset.isSaved(folder) || !parquetNames(in: folder).isEmpty)
  }

  /// The table as one file.
  ///
  /// - Throws: `TareError.badData` that names the file that cannot be read or has other columns.
  package func content() throws(TareError) -> Data {
    func data(_ path: String) throws(TareError) -> Data {
      do {
        return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
      } catch {
        throw .badData(
          place: path, found: "no readable file", accepted: "a readable file")
      }
    }
    switch kind {
    case .parquet: return try ParquetParts.joined(paths, data)
    case .arrow:
      // Streams one behind the other are one stream.
      var content = Data()
      for path in paths { content += try data(path) }
      return content
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue
  }

  private static func isPattern(_ path: String) -> Bool {
    path.contains("*") && !FileManager.default.fileExists(atPath: path)
  }

  /// Names that begin with a dot or an underscore are the writers' own.
  private static func parquetNames(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { name in
      name.lowercased().hasSuffix(".parquet") && !name.hasPrefix(".") && !name.hasPrefix("_")
    }.sorted()
  }

  /// Files of other formats would be left out without a word.
  private static func checkOthers(beside names: [String], in folder: String) throws(TareError) {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let others = all.sorted().filter { name in
      !["dataset_info.json", "dataset_infos.json"].contains(name) && !name.hasPrefix(".")
        && [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".arrow", ".feather"].contains {
          name.lowercased().hasSuffix($0)
        }
    }
    guard let other = others.first else { return }
    throw .badData(
      place: folder, found: "'\(other)' among Parquet files",
      accepted: "only Parquet files, such as '\(folder)/*.parquet'")
  }

  private static func matches(of path: String) throws(TareError) -> [String] {
    let url = URL(filePath: path)
    let parts = url.lastPathComponent.split(separator: "*", omittingEmptySubsequences: false)
    let folder = url.deletingLastPathComponent()
    let names = parquetNames(in: folder.path).filter { $0.isMatch(of: parts.map(String.init)) }
    guard !names.isEmpty else {
      throw .badData(
        place: path, found: "no Parquet file that matches",
        accepted: "a pattern such as data/train-*.parquet, in quotes")
    }
    return names.map { folder.appending(path: $0).path }
  }

  /// Parts of a dataset that are no one table, as they are usually called.
  private static let usualSplits: Set = [
    "train", "training", "test", "testing", "validation", "valid", "val", "dev", "eval", "heldout",
  ]

  /// Names such as train-00000-of-00003.parquet say what there should be, and train.parquet beside
  /// test.parquet that they are apart.
  private static func checkSplits(_ names: [String], of folder: String) throws(TareError) {
    var counts: [String: (found: Int, whole: Int?)] = [:]
    for name in names {
      if let match = name.wholeMatch(of: /(.+)-\d+-of-(\d+)(-[0-9a-f]+)?\.parquet/) {
        counts[String(match.1), default: (0, Int(match.2))].found += 1
      } else {
        counts[String(name.prefix { $0.isLetter }), default: (0, nil)].found += 1
      }
    }
    let splits = counts.keys.sorted()
    let areApart =
      counts.values.allSatisfy { $0.whole != nil }
      || splits.contains { usualSplits.contains($0.lowercased()) }
    if splits.count > 1, areApart, let split = splits.last, let count = counts[split] {
      throw .badData(
        place: folder, found: "a dataset with the splits \(list(splits))",
        accepted: "one of them, such as "
          + "'\(folder)/\(split)\(count.whole == nil ? "" : "-")*.parquet'")
    }
    guard splits.count == 1, let split = splits.first, let count = counts[split],
      let whole = count.whole
    else { return }
    guard count.found == whole else {
      throw .badData(
        place: folder, found: "\(count.found) of the \(whole) files of '\(split)'",
        accepted: "all of them ('\(folder)/\(split)-*.parquet' reads those that are present)")
    }
  }
}

extension String {
  /// Whether it is these parts with anything in between.
  fileprivate func isMatch(of parts: [String]) -> Bool {
    guard parts.count > 1, let head = parts.first, let tail = parts.last,
      count >= head.count + tail.count, hasPrefix(head), hasSuffix(tail)
    else { return false }
    var rest = dropFirst(head.count).dropLast(tail.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.range(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
