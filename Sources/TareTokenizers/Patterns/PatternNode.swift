/// The syntax tree of a pattern.

indirect enum PatternNode {
  case one(ScalarClass)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repeated(PatternNode, ClosedRange<Int>, Greed)
  case atomic(PatternNode)
  case lookahead(PatternNode, isNegated: Bool)
  /// Whether one of the alternatives ends here.
  case lookbehind([Behind], isNegated: Bool)
  case assertion(Assertion)

  /// An alternative of a lookbehind, and how many scalars it takes.
  struct Behind {
    var node: PatternNode
    var width: Int
  }

  enum Greed { case greedy, lazy, possessive }

  /// A condition on a place in the text.
  enum Assertion {
    case textStart, textEnd
    /// At the end, or before a line feed that ends the text.
    case lastLineEnd
    case lineStart, lineEnd
    case wordBoundary, noWordBoundary
  }

  /// Repetitions without an upper bound.
  static let unbounded = Int.max

  /// Whether it can match without taking a scalar.
  var canBeEmpty: Bool {
    switch self {
    case .one: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repeated(let node, let count, _): count.lowerBound == 0 || node.canBeEmpty
    case .atomic(let node): node.canBeEmpty
    case .lookahead, .lookbehind, .assertion: true
    }
  }

  /// The number of scalars that it takes; nil if that is not always the same.
  var width: Int? {
    switch self {
    case .one: return 1
    case .sequence(let nodes):
      return nodes.reduce(Optional(0)) { sum, node in
        guard let sum, let width = node.width else { return nil }
        let (total, overflows) = sum.addingReportingOverflow(width)
        return overflows ? nil : total
      }
    case .alternatives(let nodes):
      let widths = nodes.map(\.width)
      return widths.allSatisfy { $0 == widths[0] } ? widths[0] : nil
    case .repeated(let node, let count, _):
      guard count.lowerBound == count.upperBound, let width = node.width else { return nil }
      let (product, overflows) = width.multipliedReportingOverflow(by: count.lowerBound)
      return overflows ? nil : product
    case .atomic(let node): return node.width
    case .lookahead, .lookbehind, .assertion: return 0
    }
  }
}
