/// Counts what a rendering uses up, against `Limits`.

/// What is left of a rendering's steps. A step is an expression, or an element or 16 bytes of text
/// that an operation goes through; it takes some tenths of a microsecond.
final class Budget {
  private var left = Limits.work

  func spend(_ steps: Int) throws(Fault) {
    left -= min(steps, Limits.work)
    if left < 0 { throw .limit("a template that goes on for too many steps", Limits.work) }
  }

  /// Accounts for text of so many bytes before it is made.
  func spend(bytes: Int) throws(Fault) {
    guard bytes <= Limits.textBytes else {
      throw .limit("a text of \(bytes) bytes", Limits.textBytes)
    }
    try spend(1 + bytes / Limits.bytesPerStep)
  }

  /// Accounts for `count` copies of `bytes` bytes.
  func spend(bytes: Int, times count: Int) throws(Fault) {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: max(count, 0))
    try spend(bytes: overflow ? .max : product)
  }

  /// Accounts for a comparison.
  func spend(comparing a: Value, _ b: Value) throws(Fault) { try spend(min(a.weight, b.weight)) }
}
