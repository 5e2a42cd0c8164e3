/// The hashes of a file while its bytes come.
internal import TareCore

struct HubHash: Sendable {
  private let kind: HubChecksum.Kind
  private var running = SHA256()
  /// nil where SHA-256 is all that is asked for.
  private var git: SHA1?

  /// - Parameter size: the whole file's, which Git hashes before the bytes.
  init(_ kind: HubChecksum.Kind, size: Int) {
    self.kind = kind
    guard kind == .gitBlob else { return }
    var hash = SHA1()
    Array("blob \(size)\0".utf8).withUnsafeBytes { hash.update($0) }
    git = hash
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    running.update(bytes)
    git?.update(bytes)
  }

  /// SHA-256 of the bytes so far, whatever the hub's checksum is: 64 hexadecimal digits.
  var sha256: String { running.finish().description }

  /// The checksum of the bytes so far, to be compared with the hub's.
  var hex: String {
    guard let git else { return sha256 }
    return git.finish().map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }
}
