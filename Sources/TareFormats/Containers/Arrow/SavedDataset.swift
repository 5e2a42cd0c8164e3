/// Folders that `save_to_disk` of Hugging Face's datasets writes: Arrow streams, and JSON that names them.
internal import Foundation
package import TareCore

package enum SavedDataset {
  /// Whether a folder has the files that `save_to_disk` writes.
  static func isSaved(_ folder: String) -> Bool {
    ["dataset_dict.json", "state.json"].contains {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)")
    }
  }

  /// The paths of a folder's streams, in the order of their rows.
  ///
  /// - Throws: `TareError.badData` for a folder of another kind, and for one of several splits, which
  ///   are named.
  package static func files(of folder: String) throws(TareError) -> [String] {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    if let splits = try json("dataset_dict.json", in: folder) {
      let names = (splits["splits"]?.array ?? []).compactMap(\.string)
      throw .badData(
        place: folder, found: "a dataset with the splits \(list(names))",
        accepted: "one of its splits, such as \(folder)/\(names.first ?? "train")")
    }
    guard let state = try json("state.json", in: folder) else {
      throw .badData(
        place: folder, found: "a folder",
        accepted: "a file, a folder of Parquet files, or a folder written by datasets' save_to_disk"
      )
    }
    let place = "\(folder)/state.json"
    // Before datasets 2.0 rows that were picked were left in their place, with a list of them.
    guard state["_indices_data_files"]?.array?.isEmpty ?? true else {
      throw .badData(
        place: place, found: "a dataset with indices in another file",
        accepted: "a dataset saved by datasets 2.0 or later")
    }
    var files: [String] = []
    for file in state["_data_files"]?.array ?? [] {
      // Names alone: a folder from somewhere must not lead out of itself.
      guard let name = file["filename"]?.string, !name.isEmpty, !name.contains("/"), name != ".."
      else {
        throw .badData(
          place: place, found: "the file name \((file["filename"] ?? .null).text())",
          accepted: "the name of a file in the folder")
      }
      files.append("\(folder)/\(name)")
    }
    guard !files.isEmpty else {
      throw .badData(place: place, found: "no data files", accepted: "at least one")
    }
    return files
  }

  /// - Returns: nil where there is no such file.
  private static func json(_ name: String, in folder: String) throws(TareError) -> JSONValue? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
    do { return try JSONValue(parsing: Array(data)) } catch {
      throw error.inside("\(folder)/\(name)")
    }
  }
}
