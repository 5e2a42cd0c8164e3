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
  func forEachMatch(
    in text: borrowing Span<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    switch self {
    case .regex(let pattern): pattern.forEachMatch(in: text, range, body)
    case .literal(let wanted):
      guard let first = wanted.first else {
        return Self.forEachPlace(in: text, range) { body($0..<$0) }
      }
      var position = range.lowerBound
      while position + wanted.count <= range.upperBound {
        if text[position] == first, Self.matches(text, wanted, at: position) {
          body(position..<position + wanted.count)
          position += wanted.count
        } else {
          position += 1
        }
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
  func replacing(in text: [UInt8], with content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    forEachMatch(in: text.span, 0..<text.count) { match in
      if result.isEmpty { result.reserveCapacity(text.count + text.count / 2) }
      result.append(contentsOf: text[start..<match.lowerBound])
      result.append(contentsOf: content)
      start = match.upperBound
    }
    guard start > 0 || !result.isEmpty else { return text }
    result.append(contentsOf: text[start...])
    return result
  }
}
