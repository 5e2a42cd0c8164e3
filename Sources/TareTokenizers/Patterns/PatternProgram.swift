/// A pattern as a list of instructions, and its making from the syntax tree.
import TareCore

struct PatternProgram: Sendable {
  private(set) var instructions: [Instruction] = []
  private(set) var classes: [ScalarClass] = []
  /// The pattern as it was written, for messages.
  let source: String

  /// What to do at a place of the text. A class is its index in `classes`, a target an index in
  /// `instructions`; without a target the next instruction follows.
  enum Instruction {
    /// The whole, or the body of a lookahead or atomic group, has matched.
    case accept
    /// Take one scalar.
    case one(Int)
    /// Take as many scalars of the class as stand there, giving back on failure unless possessive.
    case span(Int, least: Int, most: Int, isPossessive: Bool)
    /// Go on at `first`, and at `second` if that fails.
    case split(first: Int, second: Int)
    case jump(Int)
    /// Go on if the next scalar is of the class, or if it is not, without taking it.
    case peek(Int, isNegated: Bool)
    /// Go on at `end` if the body that follows matches here, or does not, without taking it.
    case look(isNegated: Bool, end: Int)
    /// Go on at `end` if the body that follows matches from `back` scalars before to here, or does
    /// not.
    case behind(back: Int, isNegated: Bool, end: Int)
    /// Take the first match of the body that follows, for good, and go on at `end`.
    case atomic(end: Int)
    case assert(PatternNode.Assertion)
  }

  /// Repetitions of groups are written out, so that a pattern can ask for very many instructions.
  private static let mostInstructions = 20_000

  /// - Throws: `TareError.badData` if a group that can match nothing is repeated without bound, or
  ///   the repetitions are too many.
  init(_ node: PatternNode, source: String) throws(TareError) {
    self.source = source
    try append(node)
    instructions.append(.accept)
  }

  private mutating func append(_ node: PatternNode) throws(TareError) {
    guard instructions.count < Self.mostInstructions else {
      throw error("repetitions of groups that expand too far", "smaller repetition counts")
    }
    switch node {
    case .one(let set): instructions.append(.one(index(of: set)))
    case .sequence(let nodes): for node in nodes { try append(node) }
    case .alternatives(let nodes): try appendAlternatives(nodes)
    case .repeated(.one(let set), let count, let greed) where greed != .lazy:
      instructions.append(
        .span(
          index(of: set), least: count.lowerBound, most: count.upperBound,
          isPossessive: greed == .possessive))
    case .repeated(let node, let count, .possessive):
      try append(.atomic(.repeated(node, count, .greedy)))
    case .repeated(let node, let count, let greed):
      try appendRepetition(of: node, count, isLazy: greed == .lazy)
    case .atomic(let node):
      try appendBody(node) { .atomic(end: $0) }
    case .lookahead(.one(let set), let isNegated):
      instructions.append(.peek(index(of: set), isNegated: isNegated))
    case .lookahead(let node, let isNegated):
      try appendBody(node) { .look(isNegated: isNegated, end: $0) }
    case .lookbehind(let branches, let isNegated): try appendBehind(branches, isNegated)
    case .assertion(let assertion): instructions.append(.assert(assertion))
    }
  }

  private mutating func appendAlternatives(_ nodes: [PatternNode]) throws(TareError) {
    var jumps: [Int] = []
    for node in nodes.dropLast() {
      let split = reserve()
      try append(node)
      jumps.append(reserve())
      instructions[split] = .split(first: split + 1, second: instructions.count)
    }
    if let last = nodes.last { try append(last) }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func appendRepetition(
    of node: PatternNode, _ count: ClosedRange<Int>, isLazy: Bool
  ) throws(TareError) {
    for _ in 0..<min(count.lowerBound, Self.mostInstructions) {
      let before = instructions.count
      try append(node)
      // What adds nothing adds nothing the next time.
      if instructions.count == before { break }
    }
    var splits: [Int] = []
    if count.upperBound == PatternNode.unbounded {
      guard !node.canBeEmpty else {
        throw error("the repetition of a group that can match nothing", "one scalar")
      }
      splits.append(reserve())
      try append(node)
      instructions.append(.jump(splits[0]))
    } else {
      for _ in 0..<min(count.upperBound - count.lowerBound, Self.mostInstructions) {
        splits.append(reserve())
        try append(node)
      }
    }
    let end = instructions.count
    for split in splits {
      instructions[split] =
        isLazy ? .split(first: end, second: split + 1) : .split(first: split + 1, second: end)
    }
  }

  /// One of the branches must end here; or, negated, none of them.
  private mutating func appendBehind(
    _ branches: [PatternNode.Behind], _ isNegated: Bool
  ) throws(TareError) {
    var jumps: [Int] = []
    for (index, branch) in branches.enumerated() {
      let splits = !isNegated && index < branches.count - 1
      let split = splits ? reserve() : 0
      try appendBody(branch.node) { .behind(back: branch.width, isNegated: isNegated, end: $0) }
      guard splits else { continue }
      jumps.append(reserve())
      instructions[split] = .split(first: split + 1, second: instructions.count)
    }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func appendBody(
    _ node: PatternNode, _ head: (_ end: Int) -> Instruction
  ) throws(TareError) {
    let start = reserve()
    try append(node)
    instructions.append(.accept)
    instructions[start] = head(instructions.count)
  }

  /// The place of an instruction that is written when its target is known.
  private mutating func reserve() -> Int {
    instructions.append(.accept)
    return instructions.count - 1
  }

  private mutating func index(of set: ScalarClass) -> Int {
    classes.append(set)
    return classes.count - 1
  }

  private func error(_ found: String, _ accepted: String) -> TareError {
    .badData(place: "pattern '\(source)'", found: found, accepted: accepted)
  }
}
