/// The tokens of a vocabulary, by id and by spelling.
import TareCore

/// Spellings are looked up by their bytes: to `String` texts are equal that merely look the same,
/// and a vocabulary may hold two such. A table of our own needs no `String` for each of the half
/// million look-ups that loading takes.
package struct TokenTable: Sendable {
  let tokens: [String]
  let types: [TokenType]
  /// The spellings, one after the other; token `id` ends where `ends[id]` says.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Ids, each at the first free place from its spelling's hash on; -1 is free. At most half of the
  /// places are taken, and their number is a power of two.
  private var places: [Int32]

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
    guard tokens.count < Int(Int32.max) else {
      throw .badData(
        place: "vocabulary", found: "\(tokens.count) tokens", accepted: "fewer than \(Int32.max)")
    }
    self.tokens = tokens
    self.types = try Self.types(types)
    var size = 2
    while size < 2 * tokens.count { size *= 2 }
    places = Array(repeating: -1, count: size)
    ends.reserveCapacity(tokens.count)
    for id in tokens.indices { try insert(Int32(id)) }
  }

  private mutating func insert(_ id: Int32) throws(TareError) {
    let token = tokens[Int(id)]
    let place = place(of: token.utf8Span.span)
    guard places[place] < 0 else {
      throw .badData(
        place: "vocabulary, token \(id)", found: "'\(token)', which token \(places[place]) is too",
        accepted: "each spelling once")
    }
    places[place] = id
    bytes.append(contentsOf: token.utf8)
    ends.append(bytes.count)
  }

  var count: Int { tokens.count }

  func id(of token: String) -> Int32? { id(of: token.utf8Span.span) }

  func id(of spelling: borrowing Span<UInt8>) -> Int32? {
    let id = places[place(of: spelling)]
    return id < 0 ? nil : id
  }

  /// Where the spelling's id stands, or would stand.
  private func place(of spelling: borrowing Span<UInt8>) -> Int {
    var place = spelling.hash() & (places.count - 1)
    while places[place] >= 0, !self.spelling(of: places[place], is: spelling) {
      place = (place + 1) & (places.count - 1)
    }
    return place
  }

  private func spelling(of id: Int32, is spelling: borrowing Span<UInt8>) -> Bool {
    let start = id == 0 ? 0 : ends[Int(id) - 1]
    guard ends[Int(id)] - start == spelling.count else { return false }
    return spelling.indices.allSatisfy { bytes[start + $0] == spelling[$0] }
  }

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

extension Span<UInt8> {
  /// A hash of the bytes, seeded anew in every process, so that no text can be made to collide.
  borrowing func hash() -> Int {
    var hasher = Hasher()
    withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }
}
