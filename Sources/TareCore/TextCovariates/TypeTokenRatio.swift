/// How varied a response's words are.

package enum TypeTokenRatio: TextCovariate {
  package static let key = "type_token_ratio"
  package static let id = "words.type-token-ratio/1"
  package static let summary = "different words of the response per word"
  package static let definition =
    "type–token ratio: different words of the response divided by its words, which are the longest runs of "
    + "characters that are not white space, A to Z as a to z; 0 without words. It falls with length"
  package static let source = TextCovariateSource.response

  package static func value(prompt: [Message], response: String, tokens: Int?) -> Double? {
    ratio(response.utf8Span.span)
  }

  private static func ratio(_ response: Span<UInt8>) -> Double {
    var seen: Set<UInt64> = []
    var words = 0
    var hash: FNV1a?
    var index = 0
    while index < response.count {
      let blank = response.whitespace(at: index)
      if blank > 0 {
        if let word = hash { seen.insert(word.value) }
        hash = nil
        index += blank
      } else {
        if hash == nil { words += 1 }
        let byte = response[index]
        var word = hash ?? FNV1a()
        word.add((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
        hash = word
        index += 1
      }
    }
    if let word = hash { seen.insert(word.value) }
    return words == 0 ? 0 : Double(seen.count) / Double(words)
  }
}
