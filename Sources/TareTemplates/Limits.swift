/// What a template may use up, so that a hostile one ends with an error: never a crash or a hang.

enum Limits {
  /// Bytes of a template's source. Real ones have less than 30,000.
  static let sourceBytes = 2_000_000
  /// Blocks and brackets within each other in the source. Real templates stay under 30.
  static let nesting = 80
  /// Expressions, bodies and macro calls within each other while running; a macro that calls itself
  /// takes about five a call. With 2 KB of stack for each, half a megabyte is enough.
  static let depth = 240
  /// Lists within lists: what JSON input may have, with room for the template's own.
  static let valueDepth = 300
  /// Bytes of one text, and of a whole rendering.
  static let textBytes = 16_000_000
  /// Bytes of text that weigh as much as one element of a list.
  static let bytesPerStep = 16
  /// Elements of one value, those within its elements and its texts included.
  static let valueWeight = textBytes / bytesPerStep
  /// Steps of one rendering, some 100 ns each. A conversation of a million tokens takes about a quarter of
  /// them.
  static let work = 8_000_000
  /// Elements of a range, as in Jinja's sandbox.
  static let range = 100_000
}
