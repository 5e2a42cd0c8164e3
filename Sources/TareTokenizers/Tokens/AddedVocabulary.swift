/// The tokens that are found in texts as they stand, by id and by spelling.
import TareCore

struct AddedVocabulary: Sendable {
  /// The tokens by id; of two with the same id the last.
  private(set) var tokens: [Int32: AddedToken] = [:]
  private var ids: [[UInt8]: Int32] = [:]
  /// Of the ids; -1 where there are none.
  private var highest = -1
  /// The tokens to look for, special ones first, each as it was first added.
  private var special: [AddedToken] = []
  private var others: [AddedToken] = []
  private var specialSpellings: Set<[UInt8]> = []

  func id(of spelling: [UInt8]) -> Int32? { ids[spelling] }

  /// Adds a token. One that the model has keeps its id; another one gets the next that is free,
  /// whatever id the file gives it, as in the `tokenizers` library.
  ///
  /// - Parameter vocabularySize: the number of the model's tokens.
  mutating func add(_ token: AddedToken, _ table: TokenTable, vocabularySize: Int) {
    let spelling = Array(token.content.utf8)
    guard !spelling.isEmpty else { return }
    if token.isSpecial, specialSpellings.insert(spelling).inserted { special.append(token) }
    if let id = ids[spelling], tokens[id] == token { return }
    let free = max(highest + 1, vocabularySize)
    let id = ids[spelling] ?? table.id(of: spelling.span) ?? Int32(free)
    ids[spelling] = id
    highest = max(highest, Int(id))
    tokens[id] = token
    if !specialSpellings.contains(spelling) { others.append(token) }
  }

  /// The tokens to look for in texts as they are, or in normalised texts.
  ///
  /// - Parameter normalizer: what is done to texts, and so to the spellings looked for in them.
  /// - Throws: `TareError.badData` when a pattern of the normaliser takes too long for a spelling.
  func matcher(
    isNormalized: Bool, _ normalizer: (any TextNormalizer)?
  ) throws(TareError) -> AddedTokens {
    var matcher = AddedTokens()
    for token in special + others where token.isNormalized == isNormalized {
      let content = Array(token.content.utf8)
      guard let id = ids[content], let current = tokens[id] else { continue }
      var text = NormalizedText(bytes: content, startsText: false)
      if isNormalized { try normalizer?.normalize(&text) }
      matcher.insert(current, id, spelling: text.bytes)
    }
    return matcher
  }
}
