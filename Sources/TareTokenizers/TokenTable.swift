import TareCore

/// The tokens of a vocabulary, by id and by spelling.
package struct TokenTable: Sendable {
  let tokens: [String]
  let types: [TokenType]
  private let ids: [Spelling: Int32]

  /// A text that is equal only to the same bytes: to `String` texts are equal that merely look the
  /// same, and a vocabulary may hold two such.
  private struct Spelling: Hashable {
    let text: String

    static func == (left: Spelling, right: Spelling) -> Bool {
      left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// - Throws: `TareError.badData` if there are no tokens, not one type for each, an unknown type,
  ///   or two tokens with the same spelling.
  init(tokens: [String], types: [Int]) throws(TareError) {
    guard !tokens.isEmpty else {
      throw .badData(place: "vocabulary", found: "no tokens", accepted: "at least one")
    }
    guard tokens.count == types.count else {
      throw .badData(
        place: "vocabulary", found: "\(tokens.count) tokens and \(types.count) token types",
        accepted: "a type for each token")
    }
    guard tokens.count <= Int(Int32.max) else {
      throw .badData(
        place: "vocabulary", found: "\(tokens.count) tokens", accepted: "at most \(Int32.max)")
    }
    self.tokens = tokens
    self.types = try Self.types(types)
    var ids: [Spelling: Int32] = [:]
    ids.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() {
      if let earlier = ids.updateValue(Int32(id), forKey: Spelling(text: token)) {
        throw .badData(
          place: "vocabulary, token \(id)", found: "'\(token)', which token \(earlier) is too",
          accepted: "each spelling once")
      }
    }
    self.ids = ids
  }

  var count: Int { tokens.count }

  func id(of token: String) -> Int32? { ids[Spelling(text: token)] }

  /// An id that the vocabulary gives to a token of a certain use.
  ///
  /// - Throws: `TareError.badData` if there is no such token, or no id where one is needed.
  func checked(_ id: Int?, _ use: String, isNeeded: Bool) throws(TareError) -> Int32? {
    guard let id else {
      guard !isNeeded else {
        throw .badData(
          place: "vocabulary", found: "\(use) to be added to texts, and no \(use) token",
          accepted: "the token's id")
      }
      return nil
    }
    guard tokens.indices.contains(id) else {
      throw .badData(
        place: "vocabulary, \(use) token", found: "the id \(id)", accepted: "0 to \(count - 1)")
    }
    return Int32(id)
  }

  private static func types(_ numbers: [Int]) throws(TareError) -> [TokenType] {
    var types: [TokenType] = []
    types.reserveCapacity(numbers.count)
    for (id, number) in numbers.enumerated() {
      guard let type = TokenType(rawValue: number) else {
        let known = TokenType.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: ", ")
        throw .badData(
          place: "vocabulary, token \(id)", found: "the type \(number)", accepted: known)
      }
      types.append(type)
    }
    return types
  }
}
