/// The cache of models that Python's tools share: huggingface_hub's layout, version 1.
///
///     models--ORG--NAME/blobs/HASH                   the bytes, HASH.incomplete while they come
///     models--ORG--NAME/snapshots/COMMIT/config.json a link to ../../blobs/HASH
///     models--ORG--NAME/refs/main                    the commit
///     .locks/models--ORG--NAME/HASH.lock
package import Foundation
package import TareCore

package struct HubCache: Sendable {
  /// `HF_HUB_CACHE`, else `HF_HOME`/hub.
  package let folder: URL

  package init(folder: URL) { self.folder = folder }

  package init(environment: [String: String]) {
    let variables = HubVariables(environment)
    let path =
      variables.path("HF_HUB_CACHE") ?? variables.path("HUGGINGFACE_HUB_CACHE")
      ?? variables.home + "/hub"
    folder = URL(filePath: path, directoryHint: .isDirectory)
  }

  // MARK: - Reading

  /// The folder of a model that was pulled before, without any network.
  ///
  /// - Parameters:
  ///   - text: ORG/NAME.
  ///   - revision: a branch, tag or commit; nil for "main".
  /// - Throws: `TareError.usage` that says how to pull it if it is not there; `TareError.badData` if
  ///   the folder holds neither config.json nor a .gguf file.
  package func snapshot(of text: String, revision: String? = nil) throws(TareError) -> URL {
    let id = try HubID(parsing: text)
    let revision = revision ?? Self.mainRevision
    try Self.check(revision: revision)
    let command =
      "tare pull \(id)" + (revision == Self.mainRevision ? "" : " --revision \(revision)")
    guard let commit = commit(of: revision, id) else {
      throw .usage("\(id) is not in \(folder.path) at revision '\(revision)': `\(command)`")
    }
    let snapshot = snapshot(id, commit: commit)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: snapshot.path) else {
      throw .usage("\(id) is not in \(folder.path) at commit \(commit): `\(command)`")
    }
    // Links whose blob is gone do not count.
    let present = names.filter {
      FileManager.default.fileExists(atPath: snapshot.appending(path: $0).path)
    }
    guard present.contains("config.json") || present.contains(where: { $0.hasSuffix(".gguf") })
    else {
      throw .badData(
        place: snapshot.path, found: "neither config.json nor a .gguf file",
        accepted: "a whole model: `\(command)`")
    }
    return snapshot
  }

  static let mainRevision = "main"

  /// - Throws: `TareError.usage` for a revision that could not be a file below `refs`.
  static func check(revision: String) throws(TareError) {
    guard HubFile.isSafe(revision) else {
      throw .usage("--revision: expected a branch, a tag or a commit, found '\(revision)'")
    }
  }

  private func commit(of revision: String, _ id: HubID) -> String? {
    if let text = try? String(contentsOf: ref(id, revision), encoding: .utf8) {
      let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
      return HubFile.isSafe(text) && !text.contains("/") ? text : nil
    }
    return HubChecksum(hex: revision).flatMap { $0.kind == .gitBlob ? $0.hex : nil }
  }

  // MARK: - Places

  private func repository(_ id: HubID) -> URL { folder.appending(path: id.folderName) }

  func blob(_ id: HubID, _ checksum: HubChecksum) -> URL {
    repository(id).appending(path: "blobs/\(checksum.hex)")
  }

  func incomplete(_ id: HubID, _ checksum: HubChecksum) -> URL {
    repository(id).appending(path: "blobs/\(checksum.hex).incomplete")
  }

  func lock(_ id: HubID, _ checksum: HubChecksum) -> URL {
    folder.appending(path: ".locks/\(id.folderName)/\(checksum.hex).lock")
  }

  func snapshot(_ id: HubID, commit: String) -> URL {
    repository(id).appending(path: "snapshots/\(commit)", directoryHint: .isDirectory)
  }

  private func ref(_ id: HubID, _ revision: String) -> URL {
    repository(id).appending(path: "refs/\(revision)")
  }
}
