/// What score sources are called where there are several, and folders of files.
internal import Foundation
internal import TareCore
internal import TareFormats

extension [ScoreSource] {
  /// A short name of each that no other has: a run's name, or as much of a file's path as tells it
  /// from the others.
  var names: [String] {
    let paths = map { source -> [String] in
      switch source.place {
      case .run(let name, _): [name]
      case .file("-"): ["standard input"]
      case .file(let path): URL(filePath: path).standardizedFileURL.nameParts
      }
    }
    var seen: [String: Int] = [:]
    return paths.enumerated().map { index, parts -> String in
      let others = paths.enumerated().filter { $0.offset != index }.map(\.element)
      let length = (1...parts.count).first { length in
        !others.contains { $0.suffix(length) == parts.suffix(length) }
      }
      let name = parts.suffix(length ?? parts.count).joined(separator: "/")
      let count = (seen[name] ?? 0) + 1
      seen[name] = count
      // The same file twice.
      return count == 1 ? name : "\(name) (\(count))"
    }
  }
}

extension URL {
  /// Folders, and the name without the endings of score files.
  fileprivate var nameParts: [String] {
    deletingLastPathComponent().pathComponents.filter { $0 != "/" } + [scoreFileName]
  }
}

extension ScoreSource {
  /// The score files of a folder, which hold one model's scores together; nil for another source, such as
  /// a folder whose files are one table.
  func filesOfFolder() throws(TareError) -> [ScoreSource]? {
    guard case .file(let path) = place else { return nil }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue, !TableFiles.isTable(folder: path)
    else { return nil }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let files = names.filter { name in
      ["json", "jsonl", "ndjson", "csv", "tsv", "gz", "zst"].contains(
        URL(filePath: name).pathExtension)
    }
    guard !files.isEmpty else {
      throw .badData(
        place: path, found: "a folder without score files",
        accepted: "files that end in .json, .jsonl, .ndjson, .csv, .tsv, .gz, .zst or .parquet")
    }
    return files.map { name in
      var source = self
      source.place = .file(URL(filePath: path).appending(path: name).path)
      return source
    }
  }
}
