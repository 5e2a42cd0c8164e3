/// Where a judge's verdict stands in its answer, and which one it is.
package import TareCore

/// Why an answer has no verdict.
package enum JudgeSilence: String, Sendable, CaseIterable {
  /// It was cut before there was one.
  case cutOff = "cut_off"
  case missing
  /// It has several that differ.
  case contradictory
  /// It is none of those that were asked for.
  case outOfRange = "out_of_range"
  /// The server, or the model, has refused.
  case refused
  /// It was not asked, as the work was stopped.
  case notAsked = "not_asked"

  package var words: String {
    switch self {
    case .cutOff: "cut off before a verdict"
    case .missing: "without a verdict"
    case .contradictory: "with verdicts that differ"
    case .outOfRange: "with a verdict out of range"
    case .refused: "refused"
    case .notAsked: "not asked"
    }
  }
}

/// A verdict and where it begins, in bytes of the answer.
package struct FoundVerdict: Sendable, Hashable {
  package let label: String
  package let offset: Int
}

/// What stands before and after a verdict: "[[" and "]]", or nothing where the verdict is the whole
/// answer.
package struct VerdictPattern: Sendable, Hashable {
  let before: [UInt8]
  let after: [UInt8]

  /// - Parameter text: with one `*` in the verdict's place.
  package init(_ text: String, in place: String) throws(TareError) {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].isEmpty == parts[1].isEmpty else {
      throw .badData(
        place: "\(place), verdict", found: text.isEmpty ? "nothing" : text,
        accepted: "* for an answer that is the verdict alone, or text on both sides, such as [[*]]")
    }
    before = Array(parts[0].utf8)
    after = Array(parts[1].utf8)
  }

  private var isWholeAnswer: Bool { before.isEmpty }

  /// The only verdict of an answer, after what its model thought before.
  ///
  /// - Parameter isLabel: whether a text is one of the verdicts that were asked for.
  package func find(
    in answer: String, isCut: Bool, isLabel: (String) -> Bool
  ) -> Result<FoundVerdict, JudgeFailure> {
    let bytes = Array(answer.utf8)
    let thinkingEnd = Array("</think>".utf8)
    var start = 0
    if let end = bytes.lastPlace(of: thinkingEnd) {
      start = end + thinkingEnd.count
    } else if answer.contains("<think>") {
      return .failure(JudgeFailure(isCut ? .cutOff : .missing))
    }
    let places = isWholeAnswer ? wholeAnswer(bytes, start) : marked(bytes, start)
    let found = places.map { place in
      FoundVerdict(
        label: String(decoding: bytes[place], as: UTF8.self), offset: place.lowerBound)
    }
    guard let last = found.last else {
      return .failure(JudgeFailure(isCut ? .cutOff : .missing))
    }
    guard found.allSatisfy({ $0.label == last.label }) else {
      return .failure(JudgeFailure(.contradictory))
    }
    guard isLabel(last.label) else {
      // What is no number and no letter is text, not a verdict.
      let isText = isWholeAnswer && last.label.utf8.count > 4
      return .failure(JudgeFailure(isText ? (isCut ? .cutOff : .missing) : .outOfRange))
    }
    return .success(last)
  }

  /// The answer without white space, quotes, stars and brackets about it, and without a period.
  private func wholeAnswer(_ bytes: [UInt8], _ start: Int) -> [Range<Int>] {
    let ornaments = Set(" \n\r\t*\"'`()[]".utf8)
    var (low, high) = (start, bytes.count)
    while low < high, ornaments.contains(bytes[low]) { low += 1 }
    while low < high, ornaments.contains(bytes[high - 1]) || bytes[high - 1] == UInt8(ascii: ".") {
      high -= 1
    }
    return low < high ? [low..<high] : []
  }

  private func marked(_ bytes: [UInt8], _ start: Int) -> [Range<Int>] {
    var places: [Range<Int>] = []
    var from = start
    while let open = bytes.place(of: before, from: from) {
      var low = open + before.count
      guard let close = bytes.place(of: after, from: low) else { break }
      from = close + after.count
      var high = close
      while low < high, bytes[low] == UInt8(ascii: " ") { low += 1 }
      while low < high, bytes[high - 1] == UInt8(ascii: " ") { high -= 1 }
      // What is longer than any verdict is text in brackets.
      if low < high, high - low <= 8 { places.append(low..<high) }
    }
    return places
  }
}

/// A silence as an error.
package struct JudgeFailure: Error, Hashable {
  package let silence: JudgeSilence
  package init(_ silence: JudgeSilence) { self.silence = silence }
}

extension [UInt8] {
  /// Where a piece begins, at `from` or later.
  func place(of piece: [UInt8], from: Int = 0) -> Int? {
    guard !piece.isEmpty, count >= piece.count, from <= count - piece.count else { return nil }
    return (from...(count - piece.count)).first { self[$0..<$0 + piece.count].elementsEqual(piece) }
  }

  /// Where a piece begins last.
  func lastPlace(of piece: [UInt8]) -> Int? {
    guard !piece.isEmpty, count >= piece.count else { return nil }
    return (0...(count - piece.count)).last { self[$0..<$0 + piece.count].elementsEqual(piece) }
  }
}
