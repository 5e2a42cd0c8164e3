/// Bold text in Markdown, as the published code of reward calibration counts it.

package enum Bold: ResponseCovariate {
  package static let key = "bold"
  package static let id = "markdown.bold/1"
  package static let summary = "bold passages of the response (** or __)"
  package static let definition =
    #"bold passages of the response: matches of \*\*(.*?)\*\*|__(.*?)__ (Python's re.findall), "#
    + "code blocks included"

  package static func count(in response: Span<UInt8>) -> Int {
    var passages = 0
    var index = 0
    // Up to here no passage of stars, or of underscores, begins: its line has no second mark.
    var starless = 0
    var underscoreless = 0
    while index + 3 < response.count {
      let byte = response[index]
      guard byte == UInt8(ascii: "*") || byte == UInt8(ascii: "_"), response[index + 1] == byte,
        index >= (byte == UInt8(ascii: "*") ? starless : underscoreless)
      else {
        index += 1
        continue
      }
      let (end, isMark) = secondMark(response, byte, from: index + 2)
      if isMark {
        passages += 1
        index = end + 2
      } else {
        if byte == UInt8(ascii: "*") { starless = end } else { underscoreless = end }
        index += 1
      }
    }
    return passages
  }

  /// The next two of a byte on the line, or the line's end.
  private static func secondMark(
    _ response: Span<UInt8>, _ byte: UInt8, from start: Int
  ) -> (end: Int, isMark: Bool) {
    var index = start
    while index < response.count, response[index] != Byte.lineFeed {
      if response[index] == byte, index + 1 < response.count, response[index + 1] == byte {
        return (index, true)
      }
      index += 1
    }
    return (index, false)
  }
}
