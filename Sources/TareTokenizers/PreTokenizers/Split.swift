/// Cuts text at what a string or regular expression matches.
package import TareCore

package struct Split: PreTokenizer {
  package static let typeName = "Split"
  package static let summary = "cuts at a string or regular expression"

  private let pattern: TextPattern
  private let behavior: SplitBehavior
  private let isInverted: Bool

  package init(_ part: Part) throws(TareError) {
    guard let pattern = try part.optionalPart("pattern") else {
      throw part.error("pattern", "nothing", "an object")
    }
    self.pattern = try TextPattern(pattern)
    behavior = try SplitBehavior(part)
    isInverted = try part.bool("invert", default: false)
  }

  /// Every match of the regular expression is a piece, and so is what stands between two.
  ///
  /// - Throws: `TareError.badData` if the pattern is not understood.
  package init(isolating regex: String) throws(TareError) {
    pattern = .regex(try Pattern(regex))
    behavior = .isolated
    isInverted = false
  }

  package func cut(_ text: inout CutText) throws(TareError) {
    var budget = text.patterns
    defer { text.patterns = budget }
    try text.cutPieces { bytes, piece, result throws(TareError) in
      var cutter = Cutter(piece, behavior, isInverted: isInverted)
      try pattern.forEachMatch(in: bytes, piece, &budget) { cutter.match($0, into: &result) }
      cutter.finish(into: &result)
    }
  }
}
