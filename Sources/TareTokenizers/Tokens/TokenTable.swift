/// The tokens of a vocabulary, by id and by spelling.
import TareCore

/// Spellings are looked up by their bytes: to `String` texts are equal that merely look the same,
/// and a vocabulary may hold two such. A table of our own needs no `String` for each of the half
/// million look-ups that loading takes.
package struct TokenTable: Sendable {
  private let spellings: Spellings
  /// The id of each spelling.
  private let ids: [Int32]
  /// The spelling of each id; -1 where there is no token of that id.
  private var indices: [Int32]
  /// Spellings, each at the first free place from its hash on; -1 is free. At most half of the
  /// places are taken, and their number is a power of two.
  private var places: [Int32]

  /// More than any vocabulary has; a larger id would make a table of mostly nothing.
  static let mostIDs = 1 << 24

  /// Of two tokens with the same spelling the last is found, as in the `tokenizers` library, and of
  /// two with the same id.
  ///
  /// - Parameter ids: the id of each spelling; nil where the ids are the places.
  /// - Throws: `TareError.badData` that names the place if an id is negative or very large, or if
  ///   there are too many tokens.
  init(_ spellings: Spellings, ids: [Int]? = nil, place: String) throws(TareError) {
    let most = Self.mostIDs
    guard spellings.count <= most, spellings.bytes.count < Int(Int32.max) else {
      throw .badData(
        place: place, found: "\(spellings.count) tokens", accepted: "at most \(most)")
    }
    for (index, id) in (ids ?? []).enumerated() where !(0..<most).contains(id) {
      throw .badData(
        place: place, found: "the id \(id) of '\(spellings.text(index))'",
        accepted: "0 to \(most - 1)")
    }
    self.spellings = spellings
    self.ids = ids?.map(Int32.init) ?? (0..<Int32(spellings.count)).map { $0 }
    var size = 2
    while size < 2 * spellings.count { size *= 2 }
    places = Array(repeating: -1, count: size)
    indices = Array(repeating: -1, count: Int((self.ids.max() ?? -1) + 1))
    for index in self.ids.indices {
      indices[Int(self.ids[index])] = Int32(index)
      places[self.place(of: spellings.bytes.span.extracting(spellings.range(index)))] = Int32(index)
    }
  }

  /// One more than the highest id.
  var count: Int { indices.count }

  func id(of token: String) -> Int32? { id(of: token.utf8Span.span) }

  func id(of spelling: borrowing Span<UInt8>) -> Int32? {
    let index = places[place(of: spelling)]
    return index < 0 ? nil : ids[Int(index)]
  }

  /// The bytes of a token; nil if there is no such id.
  func spelling(_ id: Int32) -> ArraySlice<UInt8>? {
    guard indices.indices.contains(Int(id)), indices[Int(id)] >= 0 else { return nil }
    return spellings.bytes[spellings.range(Int(indices[Int(id)]))]
  }

  func token(_ id: Int32) -> String? { spelling(id).map { String(decoding: $0, as: UTF8.self) } }

  /// A token that another one before it is too, by their ids.
  func firstRepetition() -> (id: Int32, earlier: Int32)? {
    var seen: [Int32: Int32] = [:]
    for index in ids.indices {
      let found = places[place(of: spellings.bytes.span.extracting(spellings.range(index)))]
      if let earlier = seen.updateValue(ids[index], forKey: found) { return (ids[index], earlier) }
    }
    return nil
  }

  /// Where the spelling's index stands, or would stand.
  private func place(of spelling: borrowing Span<UInt8>) -> Int {
    var place = spelling.hash() & (places.count - 1)
    while places[place] >= 0, !self.spelling(Int(places[place]), is: spelling) {
      place = (place + 1) & (places.count - 1)
    }
    return place
  }

  private func spelling(_ index: Int, is spelling: borrowing Span<UInt8>) -> Bool {
    let range = spellings.range(index)
    guard range.count == spelling.count else { return false }
    for offset in spelling.indices
    where spellings.bytes[range.lowerBound + offset] != spelling[offset] {
      return false
    }
    return true
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
