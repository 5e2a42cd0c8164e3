/// The tokens with which a word begins, one for each of its scalars.
import TareCore

struct SymbolTable: Sendable {
  /// Put before each scalar but the first of a word, and after the last, when it is looked up.
  let continuingPrefix: [UInt8]
  private let suffix: [UInt8]
  var hasAffixes: Bool { !continuingPrefix.isEmpty || !suffix.isEmpty }

  private let tokens: TokenTable
  /// The tokens of scalars below U+0180, -1 where there is none: all of byte-level vocabularies'.
  private let low: [Int32]
  /// The token of each byte, for scalars without a token; empty where there is no byte fallback.
  private let bytes: [Int32?]
  /// The token of what has none; nil where it is left out.
  private let unknown: Int32?
  private let fusesUnknown: Bool

  /// - Parameter options: the BPE model's.
  init(_ options: Part, _ tokens: TokenTable) throws(TareError) {
    self.tokens = tokens
    continuingPrefix = Array((try options.optionalString("continuing_subword_prefix") ?? "").utf8)
    suffix = Array((try options.optionalString("end_of_word_suffix") ?? "").utf8)
    low = (UInt32(0)..<0x180).map { value in
      Unicode.Scalar(value).flatMap { tokens.id(of: String($0)) } ?? -1
    }
    bytes = try options.bool("byte_fallback", default: false) ? ByteTokens.ids(tokens) : []
    // A name that is no token is met only by the texts that need it, which the library refuses.
    unknown = try options.optionalString("unk_token").flatMap { tokens.id(of: $0) }
    fusesUnknown = try options.bool("fuse_unk", default: false)
  }

  /// Begins a word. A scalar without a token becomes its bytes, or the unknown token, one for several
  /// in a row if they are fused, or nothing.
  ///
  /// An unknown token waits for the next scalar that has a token; bytes that come between are put
  /// before it, as in the `tokenizers` library.
  func append(_ word: borrowing Span<UInt8>, to merger: inout PairMerger) {
    var waiting: Int32?
    var position = 0
    while position < word.count {
      let scalar = UTF8Scalar(word, at: position)
      let range = position..<position + scalar.width
      position = range.upperBound
      if let id = id(of: word, range, scalar.value) {
        if let unknown = waiting { merger.append(unknown) }
        waiting = nil
        merger.append(id)
      } else if appendBytes(of: word, range, to: &merger) {
        continue
      } else if let unknown {
        if let waiting, !fusesUnknown { merger.append(waiting) }
        waiting = unknown
      }
    }
    if let waiting { merger.append(waiting) }
  }

  @inline(__always)
  private func id(of word: borrowing Span<UInt8>, _ range: Range<Int>, _ value: UInt32) -> Int32? {
    guard !hasAffixes else { return tokens.id(of: spelling(of: word, range).span) }
    guard value >= 0x180 else { return low[Int(value)] < 0 ? nil : low[Int(value)] }
    return tokens.id(of: word.extracting(range))
  }

  /// The scalar with the affixes that its place asks for.
  private func spelling(of word: borrowing Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var spelling = range.lowerBound > 0 ? continuingPrefix : []
    for place in range { spelling.append(word[place]) }
    if range.upperBound == word.count { spelling.append(contentsOf: suffix) }
    return spelling
  }

  private func appendBytes(
    of word: borrowing Span<UInt8>, _ range: Range<Int>, to merger: inout PairMerger
  ) -> Bool {
    guard !bytes.isEmpty else { return false }
    let spelling = spelling(of: word, range)
    guard spelling.allSatisfy({ bytes[Int($0)] != nil }) else { return false }
    for byte in spelling { if let id = bytes[Int(byte)] { merger.append(id) } }
    return true
  }
}

/// The tokens `<0x00>` to `<0xFF>` of vocabularies with byte fallback.
enum ByteTokens {
  static func spelling(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(byte < 16 ? "0" : "")\(digits)>"
  }

  static func ids(_ tokens: TokenTable) -> [Int32?] {
    (UInt8.min...UInt8.max).map { tokens.id(of: spelling($0)) }
  }

  /// The byte that a token stands for, whatever the case of its digits; nil if it is none.
  static func byte(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }
}
