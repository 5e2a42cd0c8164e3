/// What a token is, in GGUF's numbers.
package enum TokenType: Int, Sendable, CaseIterable {
  case normal = 1
  case unknown, control, userDefined, unused, byte

  /// Whether the token is found in a text as it stands, before the text is cut into words.
  var isAdded: Bool { self == .unknown || self == .control || self == .userDefined }
  /// Whether the token is no part of what a text says.
  var isSpecial: Bool { self == .unknown || self == .control }
  /// Whether a token may come of merging others.
  var isMerged: Bool { self == .normal || self == .userDefined }
}
