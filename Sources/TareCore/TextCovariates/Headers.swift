/// Markdown headers, counted as the published code of reward calibration counts them (Huang et al.,
/// ICLR 2025, `get_md_features`).

package enum Headers: ResponseCovariate {
  package static let key = "headers"
  package static let id = "markdown.headers/1"
  package static let summary = "Markdown headers of the response (#)"
  package static let definition =
    #"Markdown headers of the response: matches of ^\s{0,3}#{1,6}\s+ (Python's re.findall, "#
    + "MULTILINE), code blocks included"

  package static func count(in response: Span<UInt8>) -> Int {
    var headers = 0
    var lineStart = 0
    // Where the blanks end that the header before took, which may be those before the next.
    var taken = 0
    while lineStart < response.count {
      let lineEnd = response.lineEnd(from: lineStart)
      let (mark, blanks) = response.skipBlanks(from: lineStart, upTo: 3)
      if lineStart >= taken, blanks <= 3, let end = marksEnd(response, from: mark) {
        headers += 1
        taken = end
        while case let blank = response.whitespace(at: taken), blank > 0 { taken += blank }
      }
      lineStart = lineEnd + 1
    }
    return headers
  }

  /// The end of one to six # with white space behind them; nil if there are none.
  private static func marksEnd(_ response: Span<UInt8>, from start: Int) -> Int? {
    var end = start
    while end < response.count, end - start < 7, response[end] == UInt8(ascii: "#") { end += 1 }
    guard 1...6 ~= end - start, response.whitespace(at: end) > 0 else { return nil }
    return end
  }
}
