/// How easily a response reads.

/// Flesch's reading ease (1948) with counted vowel groups for syllables. Made for English prose: code, formulas
/// and other languages get a number that means little.
package enum Readability: TextCovariate {
  package static let key = "readability"
  package static let id = "flesch.reading-ease/1"
  package static let summary = "Flesch reading ease of the response (more is easier)"
  package static let definition =
    "206.835 − 1.015 · words per sentence − 84.6 · syllables per word. Words are runs of ASCII letters with "
    + "apostrophes between letters; sentences end with . ! or ? before white space or the end, at least "
    + "one; syllables are groups of the vowels a e i o u y, one less for a final e that no l precedes, at "
    + "least one a word; 0 without words"
  package static let source = TextCovariateSource.response

  package static func value(prompt: [Message], response: String, tokens: Int?) -> Double? {
    ease(response.utf8Span.span)
  }

  private static func ease(_ response: Span<UInt8>) -> Double {
    var words = 0
    var syllables = 0
    response.forEachEnglishWord { word in
      words += 1
      syllables += Self.syllables(response, word.range)
    }
    guard words > 0 else { return 0 }
    let sentences = Double(max(1, sentences(response)))
    return 206.835 - 1.015 * (Double(words) / sentences) - 84.6
      * (Double(syllables) / Double(words))
  }

  private static func syllables(_ text: Span<UInt8>, _ word: Range<Int>) -> Int {
    var groups = 0
    var wasVowel = false
    for index in word {
      let isVowel = text[index].isVowel
      if isVowel, !wasVowel { groups += 1 }
      wasVowel = isVowel
    }
    let isE = text[word.upperBound - 1] | 0x20 == UInt8(ascii: "e")
    if isE, groups > 1, word.count > 1, text[word.upperBound - 2] | 0x20 != UInt8(ascii: "l") {
      groups -= 1
    }
    return max(1, groups)
  }

  private static func sentences(_ text: Span<UInt8>) -> Int {
    var sentences = 0
    for index in text.indices where text[index].endsSentence {
      let next = index + 1
      if next == text.count || text[next].isASCIIBlank { sentences += 1 }
    }
    return sentences
  }
}

extension UInt8 {
  fileprivate var isVowel: Bool {
    switch self | 0x20 {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"), UInt8(ascii: "y"):
      isASCIILetter
    default: false
    }
  }

  fileprivate var endsSentence: Bool {
    self == UInt8(ascii: ".") || self == UInt8(ascii: "!") || self == UInt8(ascii: "?")
  }

  fileprivate var isASCIIBlank: Bool {
    self == Byte.space || self == Byte.tab || self == Byte.carriageReturn || self == Byte.lineFeed
  }
}
