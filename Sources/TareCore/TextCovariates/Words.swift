/// Words as Python's `str.split` cuts them.

package enum Words: ResponseCovariate {
  package static let key = "words"
  package static let id = "words.whitespace/1"
  package static let summary = "words of the response, separated by white space"
  package static let definition =
    "words of the response: longest runs of characters that are not white space "
    + "(Python's len(response.split()))"

  package static func count(in response: Span<UInt8>) -> Int {
    var words = 0
    var isInWord = false
    var index = 0
    while index < response.count {
      let blank = response.whitespace(at: index)
      if blank == 0, !isInWord { words += 1 }
      isInWord = blank == 0
      index += max(blank, 1)
    }
    return words
  }
}
