/// Where a response is in the text that a chat template made of its conversation.
internal import TareCore
internal import TareTemplates
internal import TareTokenizers

/// What stands before and after the response.
struct ResponseSpan: Sendable, Hashable {
  let before: String
  let after: String

  /// - Parameter range: where the response is in the UTF-8 of `text`.
  private init(_ text: [UInt8], _ range: Range<Int>) {
    before = String(decoding: text[..<range.lowerBound], as: UTF8.self)
    after = String(decoding: text[range.upperBound...], as: UTF8.self)
  }

  /// Of what is found by what the template makes of other responses.
  ///
  /// A template may trim a response, or write it in quotes. So the response is what changes when
  /// another word is given in its place: a word of which no letter can be the template's.
  ///
  /// - Parameter render: what the template makes of a response.
  /// - Returns: nil if the template does not write a response once, as it stands.
  init?(
    of response: String, in text: String, _ render: (String) throws(TareError) -> String
  ) {
    let whole = Array(text.utf8)
    for word in Self.words {
      guard let other = try? render(word) else { continue }
      let bytes = Array(other.utf8)
      let before = zip(whole, bytes).prefix { $0 == $1 }.count
      let after = min(
        zip(whole.reversed(), bytes.reversed()).prefix { $0 == $1 }.count,
        whole.count - before, bytes.count - before)
      // A word that begins or ends as the response does is not found whole.
      if bytes[before..<bytes.count - after].elementsEqual(word.utf8) {
        self.init(whole, before..<whole.count - after)
        return
      }
    }
    self.init(of: response, in: text)
  }

  /// The response as it is written in the text, or without white space around it.
  /// - Returns: nil if it is not there, or more than once.
  init?(of response: String, in text: String) {
    let whole = Array(text.utf8)
    let bytes = Array(response.utf8)
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let trimmed = Array(
      bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    for wanted in [bytes, trimmed] where !wanted.isEmpty {
      let ranges = whole.ranges(of: wanted)
      guard ranges.count == 1 else { continue }
      self.init(whole, ranges[0])
      return
    }
    return nil
  }

  /// The last place of the response in the text.
  init?(ofLast response: String, in text: String) {
    let whole = Array(text.utf8)
    guard !response.isEmpty, let range = whole.ranges(of: Array(response.utf8)).last else {
      return nil
    }
    self.init(whole, range)
  }

  /// None begins or ends as another.
  private static let words = ["a1b2answerQ", "Z9y8replyk", "q7word4", "0Text0x", "W5some~"]
}

extension TextModel {
  /// The tokens of the response; one that has a part of what stands around the response is none.
  func responseTokens(_ ids: [Int32], _ span: ResponseSpan) throws(TareError) -> Range<Int> {
    let beginning = try tokenizer.encode(span.before, addSpecialTokens: false)
    var start = zip(ids, beginning).prefix { $0 == $1 }.count
    if start < beginning.count {
      // Tokens have joined over the seam.
      let length = try decodedLength(beginning[...])
      while start < ids.count, try decodedLength(ids[..<start]) < length { start += 1 }
    }
    var end = ids.count
    let length = span.after.utf8.count
    while end > start, try decodedLength(after: end, ids) < length { end -= 1 }
    return start..<end
  }

  private func decodedLength(_ ids: ArraySlice<Int32>) throws(TareError) -> Int {
    try tokenizer.decode(Array(ids), skipSpecialTokens: false).utf8.count
  }

  /// Bytes of what follows a place. A token before it keeps a space at its start, which decoders
  /// drop at the start of a text.
  private func decodedLength(after place: Int, _ ids: [Int32]) throws(TareError) -> Int {
    guard place > 0 else { return try decodedLength(ids[...]) }
    return try decodedLength(ids[(place - 1)...])
      - decodedLength(ids[(place - 1)..<place])
  }

  /// Drops tokens of the response, from its beginning or its end, until the others and `room` fit.
  ///
  /// - Parameter span: where the response is; asked only if something must go. nil if it is not known.
  /// - Returns: the tokens that were dropped.
  /// - Throws: `TareError.badData` if what stands around the response leaves no room for any of it.
  func truncateResponse(
    _ ids: inout [Int32], _ options: ScoringOptions, room: Int, dropped: Int,
    _ whole: [Int32], _ span: () throws(TareError) -> ResponseSpan?
  ) throws(TareError) -> Range<Int>? {
    let limit = max((options.maxTokens ?? contextLength) - room, 0)
    guard ids.count > limit else { return nil }
    guard let span = try span() else {
      throw .badData(
        place: "text", found: "\(ids.count + room) tokens, in which the response cannot be located",
        accepted:
          "at most \(limit + room) tokens, or a text that contains its response once, verbatim")
    }
    // BOS may have been taken off the start.
    let range = try responseTokens(whole, span)
    let response = max(range.lowerBound - dropped, 0)..<max(range.upperBound - dropped, 0)
    let excess = ids.count - limit
    guard excess < response.count else {
      throw .badData(
        place: "text", found: "\(ids.count - response.count + room) tokens around the response",
        accepted: "fewer than \(limit + room), to keep some of the response")
    }
    let cut =
      options.truncation == .responseLeft
      ? response.lowerBound..<response.lowerBound + excess
      : response.upperBound - excess..<response.upperBound
    ids.removeSubrange(cut)
    return cut
  }
}
