/// A model's files at one commit, as the hub lists them.
internal import TareCore

/// The members are those that huggingface_hub reads (`hf_api.py`: `ModelInfo`, `RepoSibling`,
/// `RepoFile`).
struct HubFileList: Sendable {
  /// 40 hexadecimal digits.
  let commit: String
  let files: [HubFile]

  /// A hub's own pages have 1,000 files; the largest models have some hundreds.
  private static let mostFiles = 100_000
  private static let mostPages = 500

  /// Asks for the list of a revision.
  ///
  /// `GET /api/models/ID/revision/REVISION?blobs=true` gives the commit and, on most hubs, sizes and
  /// hashes; where it gives none, `GET /api/models/ID/tree/COMMIT?recursive=true` does, page by page.
  /// - Parameter revision: a branch, a tag, a pull request's "refs/pr/N", or a commit.
  /// - Throws: `TareError.badData` for a list that has no commit, a name that leads out of its
  ///   folder, a name twice, or a file without size or hash.
  init(of id: HubID, revision: String, from client: HubClient) async throws(TareError) {
    let subject = HubClient.Subject.list(id, revision: revision)
    let url = client.api(id, "/revision/\(HubClient.encoded(revision))?blobs=true")
    let info = try await client.json(url, subject).value
    do throws(TareError) {
      commit = try Self.commit(info["sha"])
      guard let siblings = info["siblings"]?.array else {
        throw .badData(place: "reply", found: info.outline, accepted: "an array 'siblings'")
      }
      if let files = try Self.files(siblings, HubListNames.info) {
        self.files = try Self.checked(files)
        return
      }
    } catch {
      throw error.inside(url)
    }

    var next: String? = client.api(id, "/tree/\(commit)?recursive=true&expand=false")
    var entries: [JSONValue] = []
    var pages: Set<String> = []
    while let page = next, pages.insert(page).inserted {
      let (value, following) = try await client.json(page, subject)
      guard let array = value.array else {
        throw .badData(place: page, found: value.outline, accepted: "an array of files")
      }
      entries += array.filter { $0["type"]?.string != "directory" }
      guard pages.count <= Self.mostPages, entries.count <= Self.mostFiles else {
        throw .badData(
          place: url, found: "a list of over \(entries.count) files on \(pages.count) pages",
          accepted: "at most \(Self.mostFiles) files on \(Self.mostPages) pages")
      }
      next = following
    }
    guard let files = try Self.files(entries, HubListNames.tree) else {
      throw .badData(
        place: url, found: "files without size or hash",
        accepted: "both for every file, as what is fetched is checked against them")
    }
    do throws(TareError) {
      self.files = try Self.checked(files)
    } catch {
      throw error.inside(url)
    }
  }

  private static func commit(_ value: JSONValue?) throws(TareError) -> String {
    guard let text = value?.string, let commit = HubChecksum(hex: text), commit.kind == .gitBlob
    else {
      throw .badData(
        place: "'sha'", found: value?.text() ?? "nothing",
        accepted: "a commit of 40 hexadecimal digits")
    }
    return commit.hex
  }

  /// - Returns: nil if an entry has no size or no hash.
  private static func files(
    _ entries: [JSONValue], _ names: HubListNames
  ) throws(TareError) -> [HubFile]? {
    var files: [HubFile] = []
    for entry in entries {
      guard let name = entry[names.path]?.string else {
        throw .badData(
          place: "file \(files.count)", found: entry.outline, accepted: "a name '\(names.path)'")
      }
      // A large file's entry for Git is a pointer to it.
      let large = entry["lfs"].flatMap { $0.object == nil ? nil : $0 }
      guard let size = (large?["size"] ?? entry["size"])?.int, size >= 0,
        let hex = (large.map { $0[names.largeHash] } ?? entry[names.hash])?.string,
        let checksum = HubChecksum(hex: hex)
      else { return nil }
      guard size <= HubFile.mostBytes else {
        throw .badData(
          place: "file '\(name)'", found: "a size of \(size) bytes",
          accepted: "at most \(HubFile.mostBytes)")
      }
      files.append(HubFile(name: name, size: size, checksum: checksum))
    }
    return files
  }

  private static func checked(_ files: [HubFile]) throws(TareError) -> [HubFile] {
    var names: Set<String> = []
    var folders: Set<String> = []
    for file in files {
      guard HubFile.isSafe(file.name) else {
        throw .badData(
          place: "list of files", found: "the name \(JSONValue.string(file.name).text())",
          accepted: "a path inside the model's folder")
      }
      guard names.insert(file.name).inserted else {
        throw .badData(
          place: "list of files", found: "'\(file.name)' twice", accepted: "each file once")
      }
      for count in 1..<max(file.parts.count, 1) {
        folders.insert(file.parts[..<count].joined(separator: "/"))
      }
    }
    if let both = names.intersection(folders).min() {
      throw .badData(
        place: "list of files", found: "'\(both)' as a file and as a folder",
        accepted: "one of them")
    }
    return files
  }
}

/// What the two lists call the same things.
private struct HubListNames {
  let path: String
  let hash: String
  let largeHash: String

  static let info = HubListNames(path: "rfilename", hash: "blobId", largeHash: "sha256")
  static let tree = HubListNames(path: "path", hash: "oid", largeHash: "oid")
}
