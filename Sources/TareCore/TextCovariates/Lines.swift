/// Lines of the response.

package enum Lines: ResponseCovariate {
  package static let key = "lines"
  package static let id = "lines/1"
  package static let summary = "lines of the response, including empty ones"
  package static let definition =
    "lines of the response: line feeds, and one more where text follows the last"

  package static func count(in response: Span<UInt8>) -> Int {
    guard !response.isEmpty else { return 0 }
    var feeds = 0
    for index in response.indices where response[index] == Byte.lineFeed { feeds += 1 }
    return feeds + (response[response.count - 1] == Byte.lineFeed ? 0 : 1)
  }
}
