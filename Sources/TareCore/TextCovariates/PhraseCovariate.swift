/// Covariates that count words and phrases of a list.

/// Counts the places where a phrase of its list stands, from the left: at each word the longest phrase that
/// begins there, and then on behind it. Between the words of a phrase anything but letters may stand.
///
/// The lists are English. They are markers, not a classifier: what a text means is not asked.
package protocol PhraseCovariate: ResponseCovariate {
  /// Lower case, words separated by one space, apostrophes as '.
  static var phrases: [String] { get }
  /// `PhraseList(phrases)`, made once.
  static var list: PhraseList { get }
}

extension PhraseCovariate {
  package static var definition: String {
    "\(summary): number of matches, case-insensitive and leftmost longest, of: "
      + phrases.joined(separator: ", ")
  }

  package static func count(in response: Span<UInt8>) -> Int { list.count(in: response) }
}

/// Phrases that are found in time linear in the text's length.
package struct PhraseList: Sendable {
  /// The phrases that begin with a word, the longest first, each without that word, [hash of the word].
  private let beginnings: [UInt64: [[UInt64]]]

  package init(_ phrases: [String]) {
    var beginnings: [UInt64: [[UInt64]]] = [:]
    for phrase in phrases {
      let words = phrase.utf8.split(separator: UInt8(ascii: " ")).map { FNV1a.of($0) }
      guard let first = words.first else { continue }
      beginnings[first, default: []].append(Array(words.dropFirst()))
    }
    self.beginnings = beginnings.mapValues { $0.sorted { $0.count > $1.count } }
  }

  func count(in text: Span<UInt8>) -> Int {
    var hashes: [UInt64] = []
    text.forEachEnglishWord { hashes.append($0.hash) }
    var matches = 0
    var index = 0
    while index < hashes.count {
      let rests = beginnings[hashes[index]] ?? []
      let next = index + 1
      let match = rests.first { rest in
        next + rest.count <= hashes.count && hashes[next..<next + rest.count].elementsEqual(rest)
      }
      guard let match else {
        index = next
        continue
      }
      matches += 1
      index = next + match.count
    }
    return matches
  }
}
