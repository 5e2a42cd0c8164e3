package import TareCore

/// A model as a hub has it, made in memory.
package struct HubRepository: Sendable {
  package struct File: Sendable {
    package let name: String
    package let bytes: [UInt8]
    /// Whether it lies in large file storage, and so goes by its SHA-256.
    package let isLarge: Bool

    package var sha256: String { bytes.withUnsafeBytes { Digest(of: $0).description } }

    /// What `git hash-object` gives.
    package var gitHash: String {
      var hash = SHA1()
      Array("blob \(bytes.count)\0".utf8).withUnsafeBytes { hash.update($0) }
      bytes.withUnsafeBytes { hash.update($0) }
      return hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The name of its blob.
    package var hash: String { isLarge ? sha256 : gitHash }
  }

  package var id = "org/tiny.model-1"
  package var commit = String(repeating: "0123456789", count: 4)
  package var files: [File] = []
  /// Whether the first list has sizes and hashes, as on the hub of Hugging Face.
  package var listsHashes = true

  package init() {}

  package mutating func add(_ name: String, _ text: String) {
    files.append(File(name: name, bytes: Array(text.utf8), isLarge: false))
  }

  /// A large file with bytes of its own.
  package mutating func addLarge(_ name: String, size: Int) {
    var generator = SplitMix(state: UInt64(size) &+ UInt64(name.utf8.count))
    files.append(
      File(
        name: name, bytes: (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) },
        isLarge: true))
  }

  package func file(_ name: String) -> File? { files.first { $0.name == name } }

  /// The reply of `/api/models/ID/revision/REVISION?blobs=true`.
  package var info: JSONValue {
    [
      "_id": "6512", "id": .string(id), "private": false, "gated": false, "sha": .string(commit),
      "siblings": .array(
        files.map { file in
          var entry: JSONObject = ["rfilename": .string(file.name)]
          guard listsHashes else { return .object(entry) }
          entry["size"] = .int(file.bytes.count)
          entry["blobId"] = .string(file.isLarge ? String(repeating: "a", count: 40) : file.gitHash)
          if file.isLarge {
            entry["lfs"] = [
              "sha256": .string(file.sha256), "size": .int(file.bytes.count), "pointerSize": 134,
            ]
          }
          return .object(entry)
        }),
    ]
  }

  /// The reply of `/api/models/ID/tree/COMMIT?recursive=true`.
  package var tree: [JSONValue] {
    let folders = Set(
      files.map(\.name).filter { $0.contains("/") }.map { $0.split(separator: "/")[0] })
    return folders.sorted().map {
      ["type": "directory", "oid": "d0", "size": 0, "path": .string(String($0))]
    }
      + files.map { file in
        var entry: JSONObject = [
          "type": "file", "size": .int(file.bytes.count), "path": .string(file.name),
          "oid": .string(file.isLarge ? String(repeating: "a", count: 40) : file.gitHash),
        ]
        if file.isLarge {
          entry["lfs"] = [
            "oid": .string(file.sha256), "size": .int(file.bytes.count), "pointerSize": 134,
          ]
        }
        return .object(entry)
      }
  }
}
