/// What a file's bytes must hash to, as the hub says it. It is the file's name in the cache, too.
internal import TareCore

struct HubChecksum: Hashable, Sendable {
  enum Kind: Sendable {
    /// Of the bytes: files in large file storage.
    case sha256
    /// Git's SHA-1 of "blob SIZE\0" and the bytes: all other files.
    case gitBlob
  }

  let kind: Kind
  /// 64 or 40 lower-case hexadecimal digits.
  let hex: String

  /// - Returns: nil unless the text is 64 or 40 hexadecimal digits.
  init?(hex: String) {
    guard hex.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    switch hex.utf8.count {
    case 64: kind = .sha256
    case 40: kind = .gitBlob
    default: return nil
    }
    self.hex = hex.lowercased()
  }

  /// From an ETag header, weak or not.
  init?(etag: String) {
    self.init(
      hex: String((etag.hasPrefix("W/") ? etag.dropFirst(2) : etag[...]).filter { $0 != "\"" }))
  }
}
