/// Takes white space off the text's ends.
package import TareCore

package struct Strip: Normalizer {
  package static let typeName = "Strip"
  package static let summary = "strips white space off a text's ends"

  private let left: Bool
  private let right: Bool

  package init(_ part: Part) throws(TareError) {
    left = try part.bool("strip_left")
    right = try part.bool("strip_right")
  }

  package func normalize(_ text: inout NormalizedText) {
    var start = 0
    var end = text.bytes.count
    if left { start = Self.spaceEnd(text.bytes.span) }
    if right { end = max(start, Self.spaceStart(text.bytes.span)) }
    if start > 0 { text.startsText = false }
    text.bytes = Array(text.bytes[start..<end])
  }

  private static func spaceEnd(_ text: borrowing Span<UInt8>) -> Int {
    var position = 0
    while position < text.count {
      let scalar = UTF8Scalar(text, at: position)
      guard ScalarClass.space.contains(scalar.value) else { break }
      position += scalar.width
    }
    return position
  }

  private static func spaceStart(_ text: borrowing Span<UInt8>) -> Int {
    var position = text.count
    while position > 0 {
      let previous = UTF8Scalar.start(of: text, before: position)
      guard ScalarClass.space.contains(UTF8Scalar(text, at: previous).value) else { break }
      position = previous
    }
    return position
  }
}
