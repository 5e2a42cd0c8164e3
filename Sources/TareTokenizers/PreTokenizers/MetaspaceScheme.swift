/// Where `Metaspace` puts its character before a word that has none.
import TareCore

enum MetaspaceScheme: String, CaseIterable, Sendable {
  /// Before every piece.
  case always
  /// Before the piece that begins the text.
  case first
  case never

  /// The scheme of a `Metaspace` object. Older files have `add_prefix_space` instead.
  init(_ part: Part) throws(TareError) {
    let name = try part.optionalString("prepend_scheme") ?? Self.always.rawValue
    guard let scheme = MetaspaceScheme(rawValue: name) else {
      throw part.error(
        "prepend_scheme", "'\(name)'", Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = scheme
    guard try part.optionalBool("add_prefix_space") == false, self != .never else { return }
    guard part.value("prepend_scheme") == nil else {
      throw part.error(
        "add_prefix_space", "false beside the scheme '\(name)'", "'never', or no scheme")
    }
    self = .never
  }

  /// The character that stands for a space, in UTF-8.
  static func mark(_ part: Part) throws(TareError) -> [UInt8] {
    guard let scalar = try part.optionalScalar("replacement") else {
      throw part.error("replacement", "nothing", "one character")
    }
    return Array(String(scalar).utf8)
  }
}
