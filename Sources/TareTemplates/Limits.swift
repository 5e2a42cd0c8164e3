/// What a template may use up, so that a hostile one ends with an error: never a crash or a hang.

enum Limits {
  /// Blocks and brackets within each other in the source. Real templates stay under 30.
  static let nesting = 80
  /// Expressions, bodies and macro calls within each other while running. Every level takes a few
  /// hundred bytes of stack; a recursive macro takes about five levels a call.
  static let depth = 240
  /// Lists within lists: one more level than JSON input may have, with room for the template.
  static let valueDepth = 300
  /// Elements of one value, where 16 bytes of text weigh as much as an element.
  static let valueWeight = 4_000_000
  /// Steps of one rendering, where 16 bytes of text made or searched are one step: some seconds.
  static let work = 50_000_000
  /// Text that a rendering may become.
  static let outputBytes = 64_000_000
  /// Elements of a range, as in Jinja's sandbox.
  static let range = 100_000
}

/// What is left of a rendering's steps.
final class Budget {
  private var left = Limits.work

  func spend(_ steps: Int) throws(Fault) {
    left -= min(steps, Limits.work)
    if left < 0 { throw .limit("a template that goes on for too many steps", Limits.work) }
  }

  /// Accounts for text of so many bytes before it is made.
  func spend(bytes: Int) throws(Fault) {
    let weight = bytes / 16
    if weight > Limits.valueWeight {
      throw .limit("a text of \(bytes) bytes", Limits.valueWeight * 16)
    }
    try spend(1 + weight)
  }

  /// Accounts for `count` copies of `bytes` bytes.
  func spend(bytes: Int, times count: Int) throws(Fault) {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: max(count, 0))
    try spend(bytes: overflow ? .max : product)
  }
}
