/// What `Split` and `Replace` look for: `{"String": …}` as it stands, or `{"Regex": …}`.
import TareCore

enum TextPattern: Sendable {
  case literal([UInt8])
  case regex(Pattern)

  init(_ part: Part) throws(TareError) {
    if let text = try part.optionalString("String") {
      self = .literal(Array(text.utf8))
    } else if let source = try part.optionalString("Regex") {
      do throws(TareError) {
        self = .regex(try Pattern(source))
      } catch {
        throw error.inside(part.place)
      }
    } else {
      let keys = part.object.keys.joined(separator: ", ")
      throw .badData(
        place: part.place, found: keys.isEmpty ? "nothing" : keys, accepted: "String or Regex")
    }
  }

  /// Calls `body` with each match in the range, from left to right, none overlapping.
  /// - Throws: `TareError.badData` when a regular expression has spent the budget.
  func forEachMatch(
    in text: borrowing Span<UInt8>, _ range: Range<Int>, _ budget: inout PatternBudget,
    _ body: (Range<Int>) -> Void
  ) throws(TareError) {
    switch self {
    case .regex(let pattern): try pattern.forEachMatch(in: text, range, &budget, body)
    case .literal(let wanted): Self.forEachMatch(of: wanted, in: text, range, body)
    }
  }

  /// The matches of a string as it stands; an empty one matches between scalars.
  static func forEachMatch(
    of wanted: [UInt8], in text: borrowing Span<UInt8>, _ range: Range<Int>,
    _ body: (Range<Int>) -> Void
  ) {
    guard let first = wanted.first else {
      return forEachPlace(in: text, range) { body($0..<$0) }
    }
    var position = range.lowerBound
    while position + wanted.count <= range.upperBound {
      if text[position] == first, matches(text, wanted, at: position) {
        body(position..<position + wanted.count)
        position += wanted.count
      } else {
        position += 1
      }
    }
  }

  private static func matches(
    _ text: borrowing Span<UInt8>, _ wanted: [UInt8], at position: Int
  ) -> Bool {
    for offset in wanted.indices where text[position + offset] != wanted[offset] { return false }
    return true
  }

  /// The places between scalars, where an empty pattern matches.
  private static func forEachPlace(
    in text: borrowing Span<UInt8>, _ range: Range<Int>, _ body: (Int) -> Void
  ) {
    var position = range.lowerBound
    while position < range.upperBound {
      body(position)
      position += UTF8Scalar(text, at: position).width
    }
    body(position)
  }

  /// The text with `content` in the place of each match.
  /// - Throws: `TareError.badData` when the budget is spent, by matching or by what is put in.
  func replacing(
    in text: [UInt8], with content: [UInt8], _ budget: inout PatternBudget
  ) throws(TareError) -> [UInt8] {
    var count = 0
    try forEachMatch(in: text.span, 0..<text.count, &budget) { _ in count += 1 }
    guard count > 0 else { return text }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: content.count)
    budget.spend(overflow ? .max : bytes)
    try budget.check(description)
    var result = Replaced(text)
    try forEachMatch(in: text.span, 0..<text.count, &budget) { result.put(content, $0) }
    return result.finished
  }

  /// The text with `content` in the place of each `wanted`.
  static func replacing(_ wanted: [UInt8], in text: [UInt8], with content: [UInt8]) -> [UInt8] {
    var result = Replaced(text)
    forEachMatch(of: wanted, in: text.span, 0..<text.count) { result.put(content, $0) }
    return result.finished
  }

  /// As messages show it.
  private var description: String {
    switch self {
    case .literal(let wanted): String(decoding: wanted, as: UTF8.self)
    case .regex(let pattern): pattern.description
    }
  }

  /// A text in which parts are replaced, from left to right.
  private struct Replaced {
    private let text: [UInt8]
    private var result: [UInt8] = []
    private var start = 0
    private var isChanged = false

    init(_ text: [UInt8]) { self.text = text }

    mutating func put(_ content: [UInt8], _ match: Range<Int>) {
      if !isChanged { result.reserveCapacity(text.count + text.count / 2) }
      isChanged = true
      result.append(contentsOf: text[start..<match.lowerBound])
      result.append(contentsOf: content)
      start = match.upperBound
    }

    var finished: [UInt8] { isChanged ? result + text[start...] : text }
  }
}
