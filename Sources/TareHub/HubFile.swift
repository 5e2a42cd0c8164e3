/// One file of a model on the hub, as the hub describes it.
internal import TareCore

struct HubFile: Hashable, Sendable {
  /// Its path in the repository, checked: parts joined by "/".
  let name: String
  /// In bytes.
  let size: Int
  let checksum: HubChecksum

  /// Larger sizes are mistakes, or meant to do harm: a pebibyte.
  static let mostBytes = 1 << 50

  var parts: [Substring] { name.split(separator: "/") }

  /// Whether a name that a server says can be a path below a folder, and nowhere else.
  static func isSafe(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return !name.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
  }
}
