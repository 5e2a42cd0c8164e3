/// What the patterns of a tokenizer may cost for one text, so that one whose matching explodes ends
/// with an error.
internal import TareCore

/// Steps that are left. A step is an instruction of a pattern, or a scalar that a repetition takes or
/// goes back over; it takes some nanoseconds.
package struct PatternBudget: Sendable {
  /// What any text may cost.
  private static let base = 20_000_000
  /// What each byte of it may cost. Qwen's pattern takes some 30 for a digit, which is a word to it;
  /// tokenizers with several patterns one after the other take as much for each.
  private static let perByte = 256

  private let limit: Int
  private var left: Int

  /// - Parameter bytes: the length of the text as it was given.
  package init(bytes: Int) {
    limit = Self.base + Self.perByte * min(bytes, 1 << 40)
    left = limit
  }

  @inline(__always) var isSpent: Bool { left < 0 }

  @inline(__always) mutating func spend(_ steps: Int) { left -= steps }

  /// - Parameter pattern: the one that spent the last of it.
  /// - Throws: `TareError.badData` if nothing is left.
  func check(_ pattern: String) throws(TareError) {
    guard isSpent else { return }
    throw .badData(
      place: "tokenizer, pattern '\(pattern)'",
      found: "a pattern whose matching takes too many steps for this text",
      accepted: "at most \(limit) steps")
  }
}
