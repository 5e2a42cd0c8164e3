/// Cuts one piece of text at matches that come in order (`tokenizers` 0.23, `normalizer.rs`).
struct Cutter {
  private let behavior: SplitBehavior
  private let isInverted: Bool
  private let end: Int
  /// Where the last span ended.
  private var position: Int
  private var lastWasMatch = false
  /// Whether a piece has been made, and is the last of the list.
  private var hasPiece = false
  /// A match that waits for the text after it.
  private var waiting: Range<Int>?

  init(_ piece: Range<Int>, _ behavior: SplitBehavior, isInverted: Bool = false) {
    self.behavior = behavior
    self.isInverted = isInverted
    position = piece.lowerBound
    end = piece.upperBound
  }

  /// The next match, which may be empty.
  mutating func match(_ match: Range<Int>, into pieces: inout [Range<Int>]) {
    if position < match.lowerBound {
      add(position..<match.lowerBound, isMatch: isInverted, to: &pieces)
    }
    add(match, isMatch: !isInverted, to: &pieces)
    position = match.upperBound
  }

  /// The text after the last match.
  mutating func finish(into pieces: inout [Range<Int>]) {
    if position < end { add(position..<end, isMatch: isInverted, to: &pieces) }
    if let waiting { pieces.append(waiting) }
  }

  private mutating func add(_ span: Range<Int>, isMatch: Bool, to pieces: inout [Range<Int>]) {
    defer { lastWasMatch = isMatch }
    switch behavior {
    case .isolated: pieces.append(span)
    case .removed: if !isMatch { pieces.append(span) }
    case .contiguous: add(span, isJoined: isMatch == lastWasMatch, to: &pieces)
    case .mergedWithPrevious: add(span, isJoined: isMatch && !lastWasMatch, to: &pieces)
    case .mergedWithNext:
      if isMatch {
        if let waiting { pieces.append(waiting) }
        waiting = span
      } else {
        pieces.append((waiting?.lowerBound ?? span.lowerBound)..<span.upperBound)
        waiting = nil
      }
    }
  }

  private mutating func add(_ span: Range<Int>, isJoined: Bool, to pieces: inout [Range<Int>]) {
    if isJoined, hasPiece, let last = pieces.popLast() {
      pieces.append(last.lowerBound..<span.upperBound)
    } else {
      pieces.append(span)
      hasPiece = true
    }
  }
}
