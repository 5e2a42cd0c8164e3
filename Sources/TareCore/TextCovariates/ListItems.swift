/// Items of Markdown lists.

package enum ListItems: ResponseCovariate {
  package static let key = "list_items"
  package static let id = "markdown.list-items/1"
  package static let summary = "Markdown list items of the response, bulleted or numbered"
  /// The published pattern takes a number with a dot anywhere, a sentence that ends in a year too;
  /// here it stands at the beginning of its line.
  package static let definition =
    #"Markdown list items of the response: matches of ^\s*(?:[-+*] |\d+\.\s) "#
    + "(Python's re.findall, MULTILINE), code blocks included"

  package static func count(in response: Span<UInt8>) -> Int {
    var items = 0
    var lineStart = 0
    while lineStart < response.count {
      let lineEnd = response.lineEnd(from: lineStart)
      let (mark, _) = response.skipBlanks(from: lineStart)
      if response.isBullet(at: mark) {
        items += 1
      } else {
        let dot = response.digitsEnd(from: mark)
        if dot > mark, response.isNumberDot(at: dot) { items += 1 }
      }
      lineStart = lineEnd + 1
    }
    return items
  }
}

extension Span<UInt8> {
  /// Whether `[-+*]` and a space stand there.
  func isBullet(at index: Int) -> Bool {
    guard index + 1 < count, self[index + 1] == Byte.space else { return false }
    switch self[index] {
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"): return true
    default: return false
    }
  }

  /// Whether a dot with white space behind it stands there.
  func isNumberDot(at index: Int) -> Bool {
    index < count && self[index] == UInt8(ascii: ".") && whitespace(at: index + 1) > 0
  }
}
