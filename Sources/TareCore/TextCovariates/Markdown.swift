/// The markdown feature of the paper on reward calibration, with its patterns as published (Huang et
/// al., ICLR 2025, `get_md_features`).

package enum Markdown: ResponseCovariate {
  package static let key = "markdown"
  package static let id = "markdown.published/1"
  package static let summary = "headers, list items and bold passages, summed as in the paper"
  package static let definition =
    "markdown of the response, the sum of the published patterns' matches (Python's re.findall): "
    + #"^\s{0,3}#{1,6}\s+ and ^\s*[-+*] |\d+\.\s with MULTILINE, \*\*(.*?)\*\*|__(.*?)__; "#
    + "code blocks included"

  package static func count(in response: Span<UInt8>) -> Int {
    Headers.count(in: response) + bullets(response) + numbers(response) + Bold.count(in: response)
  }

  private static func bullets(_ response: Span<UInt8>) -> Int {
    var bullets = 0
    var lineStart = 0
    while lineStart < response.count {
      let (mark, _) = response.skipBlanks(from: lineStart)
      if response.isBullet(at: mark) { bullets += 1 }
      lineStart = response.lineEnd(from: mark) + 1
    }
    return bullets
  }

  /// Numbers with a dot and white space behind them, wherever they stand. No match of a bullet holds
  /// one, so the two can be counted apart.
  private static func numbers(_ response: Span<UInt8>) -> Int {
    var numbers = 0
    for index in response.indices where response[index] == UInt8(ascii: ".") {
      if response.isNumberDot(at: index), response.hasDigit(before: index) { numbers += 1 }
    }
    return numbers
  }
}
