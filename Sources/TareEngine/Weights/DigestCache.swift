/// SHA-256 of large files, remembered from one process to the next.
package import Foundation
package import TareCore

/// A folder with an entry for each file: what the file's status was, and the digest that its bytes had.
///
/// A status is size, device, inode, and the times of the last writing and of the last change to the
/// nanosecond, the second of which nobody can set back. A file that was changed within `settling` before it
/// was hashed gets no entry, as a later change might leave the times as they are. An entry that is damaged
/// counts as none; one that cannot be written is not.
package struct DigestCache: Sendable {
  package let folder: URL
  /// Files of fewer bytes are hashed each time.
  package var leastBytes = 16 << 20
  /// Seconds after a change for which a file is not remembered.
  package var settling = 2.0

  package init(folder: URL) { self.folder = folder }

  /// The user's: `XDG_CACHE_HOME`/tare/digests, else ~/.cache/tare/digests; nil where `TARE_DIGEST_CACHE` is
  /// off, and without a home.
  package init?(environment: [String: String]) {
    guard environment["TARE_DIGEST_CACHE"] != "off" else { return nil }
    func absolute(_ name: String) -> URL? {
      environment[name].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil }
    }
    guard let base = absolute("XDG_CACHE_HOME") ?? absolute("HOME")?.appending(path: ".cache")
    else { return nil }
    self.init(folder: base.appending(path: "tare/digests"))
  }

  /// SHA-256 of the file's bytes, by its entry if its status is that of the entry.
  package func digest(of file: MappedFile) -> Digest {
    guard file.bytes.count >= leastBytes, let status = file.status else { return file.digest }
    let entry = folder.appending(path: "\(Digest(of: file.url.standardizedFileURL.path))")
    if let known = read(entry, status) { return known }
    let digest = file.digest
    // What was hashed is what the status is of.
    if Date.now.timeIntervalSince1970 - file.lastChange > settling, file.status == status {
      write("\(status) \(digest)\n", to: entry)
    }
    return digest
  }

  private func read(_ entry: URL, _ status: String) -> Digest? {
    guard let text = try? String(contentsOf: entry, encoding: .utf8) else { return nil }
    let prefix = status + " "
    guard text.hasPrefix(prefix), text.hasSuffix("\n") else { return nil }
    return Digest(hex: String(text.dropFirst(prefix.count).dropLast()))
  }

  /// In one step, so that no other process reads half an entry.
  private func write(_ text: String, to entry: URL) {
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try? Data(text.utf8).write(to: entry, options: .atomic)
  }
}
