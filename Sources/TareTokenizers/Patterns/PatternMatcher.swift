/// Runs a pattern's program over text: a backtracking matcher whose stack is an array, so that long
/// texts cost memory and not call depth.
///
/// A repetition of one scalar takes one entry of the stack however long it is. When an attempt has
/// gone back often, it notes the states it has failed in and enters none of them twice, which bounds
/// its work by a polynomial of the text's length.
struct PatternMatcher {
  private let program: PatternProgram
  private let text: Range<Int>
  private var stack: [Choice] = []
  /// What it may still cost; when that is spent, nothing matches any more.
  private(set) var budget: PatternBudget

  /// States to try if what is tried now fails: `instruction` at each scalar's start from `last`
  /// down to `first`.
  private struct Choice {
    var instruction: Int
    var first: Int
    var last: Int
  }

  /// A state that has failed: going on from it again would fail again.
  private struct State: Hashable {
    var instruction: Int
    var position: Int
  }

  /// Ordinary patterns go back a few times an attempt; noting states is slower, and only a remedy.
  private static let unnotedFailures = 1000
  /// What noting a state costs, in steps: more for its memory than for its time.
  private static let noteSteps = 32

  init(_ program: PatternProgram, _ text: Range<Int>, _ budget: PatternBudget) {
    self.program = program
    self.text = text
    self.budget = budget
  }

  /// The end of the match that starts at `position`.
  mutating func match(_ bytes: borrowing Span<UInt8>, at position: Int) -> Int? {
    run(bytes, from: 0, at: position)
  }

  /// Runs from an instruction to an `accept`. It calls itself for the bodies of lookaheads and
  /// atomic groups, so only as deep as the parser lets groups nest.
  private mutating func run(
    _ bytes: borrowing Span<UInt8>, from start: Int, at place: Int
  ) -> Int? {
    let floor = stack.count
    defer { stack.removeLast(stack.count - floor) }
    var instruction = start
    var position = place
    var failures = 0
    var failed: Set<State> = []

    while true {
      budget.spend(1)
      guard !budget.isSpent else { return nil }
      var holds = true
      switch program.instructions[instruction] {
      case .accept:
        return position
      case .one(let set):
        holds = take(bytes, set, at: &position)
        instruction += 1
      case .span(let set, let least, let most, let isPossessive):
        instruction += 1
        if let choice = span(bytes, set, at: &position, least...most, then: instruction) {
          if !isPossessive && choice.first < position { stack.append(choice) }
        } else {
          holds = false
        }
      case .split(let first, let second):
        stack.append(Choice(instruction: second, first: position, last: position))
        instruction = first
      case .jump(let target):
        instruction = target
      case .peek(let set, let isNegated):
        var ahead = position
        holds = take(bytes, set, at: &ahead) != isNegated
        instruction += 1
      case .look(let isNegated, let end):
        holds = (run(bytes, from: instruction + 1, at: position) != nil) != isNegated
        instruction = end
      case .behind(let back, let isNegated, let end):
        budget.spend(min(back, position - text.lowerBound))
        var found = false
        if let before = stepBack(bytes, back, from: position) {
          found = run(bytes, from: instruction + 1, at: before) == position
        }
        holds = found != isNegated
        instruction = end
      case .atomic(let end):
        if let after = run(bytes, from: instruction + 1, at: position) {
          position = after
        } else {
          holds = false
        }
        instruction = end
      case .assert(let assertion):
        holds = self.holds(bytes, assertion, at: position)
        instruction += 1
      }

      while !holds {
        guard stack.count > floor, let state = goBack(bytes) else { return nil }
        failures += 1
        holds = failures <= Self.unnotedFailures || note(state, in: &failed)
        instruction = state.instruction
        position = state.position
      }
    }
  }

  /// Whether the state has not failed before.
  private mutating func note(_ state: State, in failed: inout Set<State>) -> Bool {
    budget.spend(Self.noteSteps)
    return !budget.isSpent && failed.insert(state).inserted
  }

  /// Takes the next state to try off the stack. Places where its instruction cannot take its first
  /// scalar are passed over at once: of `\s*\n` on a million spaces this leaves nothing to try.
  private mutating func goBack(_ bytes: borrowing Span<UInt8>) -> State? {
    guard let choice = stack.popLast() else { return nil }
    var position = choice.last
    while !mayStart(bytes, choice.instruction, at: position), position > choice.first {
      budget.spend(1)
      position = UTF8Scalar.start(of: bytes, before: position)
    }
    if position > choice.first {
      let last = UTF8Scalar.start(of: bytes, before: position)
      stack.append(
        Choice(instruction: choice.instruction, first: choice.first, last: last))
    }
    return State(instruction: choice.instruction, position: position)
  }

  /// Whether the instruction, if it takes scalars, can take the one at `position`.
  private func mayStart(
    _ bytes: borrowing Span<UInt8>, _ instruction: Int, at position: Int
  ) -> Bool {
    var ahead = position
    return switch program.instructions[instruction] {
    case .one(let set): take(bytes, set, at: &ahead)
    case .span(let set, let least, _, _): least == 0 || take(bytes, set, at: &ahead)
    default: true
    }
  }

  /// Where the scalar starts that is so many before `position`; nil if the text has not so many.
  private func stepBack(_ bytes: borrowing Span<UInt8>, _ count: Int, from position: Int) -> Int? {
    var start = position
    for _ in 0..<count {
      guard start > text.lowerBound else { return nil }
      start = UTF8Scalar.start(of: bytes, before: start)
    }
    return start
  }

  @inline(__always)
  private func take(_ bytes: borrowing Span<UInt8>, _ set: Int, at position: inout Int) -> Bool {
    guard position < text.upperBound else { return false }
    let scalar = UTF8Scalar(bytes, at: position)
    guard program.classes[set].contains(scalar.value) else { return false }
    position += scalar.width
    return true
  }

  /// Takes as many scalars of the class as there are, up to the count's end. Nil if they are too
  /// few; else the choice of shorter spans, from the least to one less than taken.
  @inline(__always)
  private mutating func span(
    _ bytes: borrowing Span<UInt8>, _ set: Int, at position: inout Int, _ count: ClosedRange<Int>,
    then instruction: Int
  ) -> Choice? {
    var shortest = position
    var taken = 0
    while taken < count.upperBound, take(bytes, set, at: &position) {
      taken += 1
      if taken == count.lowerBound { shortest = position }
    }
    budget.spend(taken)
    guard taken >= count.lowerBound else { return nil }
    guard shortest < position else {
      return Choice(instruction: instruction, first: position, last: position)
    }
    let last = UTF8Scalar.start(of: bytes, before: position)
    return Choice(instruction: instruction, first: shortest, last: last)
  }

  private func holds(
    _ bytes: borrowing Span<UInt8>, _ assertion: PatternNode.Assertion, at position: Int
  ) -> Bool {
    func isWord(at place: Int) -> Bool {
      ScalarClass.word.contains(UTF8Scalar(bytes, at: place).value)
    }
    let atStart = position == text.lowerBound
    let atEnd = position == text.upperBound
    switch assertion {
    case .textStart: return atStart
    case .textEnd: return atEnd
    case .lastLineEnd:
      return atEnd || position == text.upperBound - 1 && bytes[position] == 0x0A
    case .lineStart: return atStart || !atEnd && bytes[position - 1] == 0x0A
    case .lineEnd: return atEnd || bytes[position] == 0x0A
    case .wordBoundary, .noWordBoundary:
      let before = !atStart && isWord(at: UTF8Scalar.start(of: bytes, before: position))
      let after = !atEnd && isWord(at: position)
      return (before != after) == (assertion == .wordBoundary)
    }
  }
}
