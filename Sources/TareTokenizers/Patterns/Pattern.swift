/// A regular expression over Unicode scalars, as the pre-tokenisers of tokenizer files use them.
///
/// Text is UTF-8. Of several ways to match the first counts, in the order in which a backtracking
/// matcher tries them. See `PatternParser` for the dialect.
package import TareCore

package struct Pattern: Sendable {
  private let program: PatternProgram

  /// As it was written.
  var description: String { program.source }

  /// - Throws: `TareError.badData` that names the character of the pattern which is not understood.
  package init(_ source: String) throws(TareError) {
    var parser = PatternParser(source)
    program = try PatternProgram(parser.parse(), source: source)
  }

  /// Calls `body` with each match in `range` of `text`, from left to right, none overlapping. What
  /// is outside `range` does not count as text. A match can be empty.
  /// - Throws: `TareError.badData` when the budget is spent.
  package func forEachMatch(
    in text: borrowing Span<UInt8>, _ range: Range<Int>, _ budget: inout PatternBudget,
    _ body: (Range<Int>) -> Void
  ) throws(TareError) {
    var matcher = PatternMatcher(program, range, budget)
    defer { budget = matcher.budget }
    var position = range.lowerBound
    var lastEnd: Int?
    while position <= range.upperBound {
      let end = matcher.match(text, at: position)
      try matcher.budget.check(program.source)
      // An empty match is none where the match before it ends, as in the `tokenizers` library.
      if let end, end > position || end != lastEnd {
        body(position..<end)
        lastEnd = end
      }
      if let end, end > position {
        position = end
      } else if position < range.upperBound {
        position += UTF8Scalar(text, at: position).width
      } else {
        return
      }
    }
  }
}
