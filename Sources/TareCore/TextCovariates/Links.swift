/// Links and addresses.

package enum Links: ResponseCovariate {
  package static let key = "links"
  package static let id = "links/1"
  package static let summary = "links of the response: Markdown links and bare URLs"
  package static let definition =
    #"links of the response: matches of \[[^\[\]\n]*\]\([^()\n]*\)|https?://[^\s()<>\[\]]+ "#
    + "(Python's re.findall), code blocks and images included"

  package static func count(in response: Span<UInt8>) -> Int {
    var links = 0
    var index = 0
    while index < response.count {
      let end: Int?
      switch response[index] {
      case UInt8(ascii: "["): end = inlineEnd(response, from: index)
      case UInt8(ascii: "h"): end = addressEnd(response, from: index)
      default: end = nil
      }
      if end != nil { links += 1 }
      index = end ?? index + 1
    }
    return links
  }

  /// The end of `[text](target)`.
  private static func inlineEnd(_ response: Span<UInt8>, from start: Int) -> Int? {
    let bracket = next(response, UInt8(ascii: "["), UInt8(ascii: "]"), from: start + 1)
    guard bracket + 1 < response.count, response[bracket] == UInt8(ascii: "]"),
      response[bracket + 1] == UInt8(ascii: "(")
    else { return nil }
    let parenthesis = next(response, UInt8(ascii: "("), UInt8(ascii: ")"), from: bracket + 2)
    guard parenthesis < response.count, response[parenthesis] == UInt8(ascii: ")") else {
      return nil
    }
    return parenthesis + 1
  }

  /// The next of two bytes, the line's end, or the text's.
  private static func next(
    _ response: Span<UInt8>, _ first: UInt8, _ second: UInt8, from start: Int
  ) -> Int {
    var index = start
    while index < response.count, response[index] != first, response[index] != second,
      response[index] != Byte.lineFeed
    {
      index += 1
    }
    return index
  }

  /// The end of an address that begins with http:// or https://.
  private static func addressEnd(_ response: Span<UInt8>, from start: Int) -> Int? {
    guard response.holds("http", at: start) else { return nil }
    let scheme = response.holds("s", at: start + 4) ? start + 5 : start + 4
    guard response.holds("://", at: scheme) else { return nil }
    let addressStart = scheme + 3
    var index = addressStart
    while index < response.count, isAddress(response, at: index) { index += 1 }
    return index > addressStart ? index : nil
  }

  private static func isAddress(_ response: Span<UInt8>, at index: Int) -> Bool {
    switch response[index] {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      false
    default: response.whitespace(at: index) == 0
    }
  }
}
