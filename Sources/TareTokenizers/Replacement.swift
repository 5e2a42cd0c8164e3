/// A pattern and what stands in the place of its matches: the normaliser and the decoder that are
/// both called Replace.
internal import TareCore

struct Replacement: Sendable {
  private let pattern: TextPattern
  private let content: [UInt8]

  init(_ part: Part) throws(TareError) {
    guard let pattern = try part.optionalPart("pattern") else {
      throw part.error("pattern", "nothing", "an object")
    }
    self.pattern = try TextPattern(pattern)
    content = Array(try part.string("content").utf8)
  }

  init(_ text: String, with content: String) {
    pattern = .literal(Array(text.utf8))
    self.content = Array(content.utf8)
  }

  /// - Throws: `TareError.badData` when the budget is spent.
  func applied(
    to bytes: [UInt8], _ budget: inout PatternBudget
  ) throws(TareError) -> [UInt8] {
    try pattern.replacing(in: bytes, with: content, &budget)
  }
}
