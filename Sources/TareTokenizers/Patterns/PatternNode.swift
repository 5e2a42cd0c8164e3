/// The syntax tree of a pattern.

indirect enum PatternNode {
  case one(ScalarClass)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repeated(PatternNode, ClosedRange<Int>, Greed)
  case atomic(PatternNode)
  case lookahead(PatternNode, isNegated: Bool)
  case assertion(Assertion)

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
    case .lookahead, .assertion: true
    }
  }
}
