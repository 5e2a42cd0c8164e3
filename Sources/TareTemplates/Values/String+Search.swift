/// Searching, cutting and replacing text, in time linear in its length and accounted for.
///
/// UTF-8 lets bytes be searched for scalars: no scalar's bytes stand within another's.

extension String {
  func holds(_ sought: String) -> Bool { !matches(of: sought).isEmpty }

  /// The byte offsets where `sought` stands, overlaps included (Knuth, Morris and Pratt). An empty
  /// text stands before every scalar and at the end.
  func matches(of sought: String) -> [Int] {
    let text = Array(utf8)
    let sought = Array(sought.utf8)
    guard let first = sought.first else {
      return text.indices.filter { text[$0] & 0xC0 != 0x80 } + [text.count]
    }
    let borders = Self.borders(of: sought)
    var found: [Int] = []
    var matched = 0
    var index = 0
    while index < text.count {
      if matched == 0 {
        guard let next = text[index...].firstIndex(of: first) else { break }
        index = next
      }
      matched = Self.extend(matched, of: sought, by: text[index], borders)
      index += 1
      if matched == sought.count { found.append(index - matched) }
    }
    return found
  }

  /// For each prefix of `sought`, the length of its longest proper prefix that also ends it.
  private static func borders(of sought: [UInt8]) -> [Int] {
    var borders = [0]
    var matched = 0
    for byte in sought.dropFirst() {
      matched = extend(matched, of: sought, by: byte, borders)
      borders.append(matched)
    }
    return borders
  }

  /// How many bytes of `sought` match once `byte` follows where `matched` of them did.
  private static func extend(
    _ matched: Int, of sought: [UInt8], by byte: UInt8, _ borders: [Int]
  ) -> Int {
    var matched = matched
    while matched > 0, matched == sought.count || sought[matched] != byte {
      matched = borders[matched - 1]
    }
    return sought[matched] == byte ? matched + 1 : matched
  }

  /// The byte offsets where `sought` stands without overlap, counted from one end.
  /// - Parameter limit: at most so many; all if nil.
  func separateMatches(
    of sought: String, limit: Int? = nil, fromEnd: Bool = false, budget: Budget
  ) throws(Fault) -> [Int] {
    let all = matches(of: sought)
    try budget.spend(all.count)
    let length = sought.utf8.count
    var kept: [Int] = []
    for offset in fromEnd ? all.reversed() : all {
      if kept.count == limit { break }
      if let last = kept.last, abs(last - offset) < length { continue }
      kept.append(offset)
    }
    return fromEnd ? kept.reversed() : kept
  }

  /// The parts between the places where `separator` stands.
  /// - Parameter limit: at most so many cuts, from one end; all if nil.
  func parts(
    separatedBy separator: String, limit: Int? = nil, fromEnd: Bool = false, budget: Budget
  ) throws(Fault) -> [String] {
    let cuts = try separateMatches(of: separator, limit: limit, fromEnd: fromEnd, budget: budget)
    return parts(cutAt: cuts, length: separator.utf8.count)
  }

  /// The parts between the cuts, each of which takes `length` bytes out.
  private func parts(cutAt cuts: [Int], length: Int) -> [String] {
    let text = Array(utf8)
    var parts: [String] = []
    var start = 0
    for cut in cuts {
      parts.append(String(decoding: text[start..<cut], as: UTF8.self))
      start = cut + length
    }
    parts.append(String(decoding: text[start...], as: UTF8.self))
    return parts
  }

  /// - Parameter limit: at most so many replacements; all if nil or negative.
  func replaced(
    _ old: String, by new: String, limit: Int?, budget: Budget
  ) throws(Fault) -> String {
    let limit = limit.flatMap { $0 < 0 ? nil : $0 }
    let cuts = try separateMatches(of: old, limit: limit, budget: budget)
    try budget.spend(bytes: new.utf8.count, times: cuts.count)
    return parts(cutAt: cuts, length: old.utf8.count).joined(separator: new)
  }
}

extension [String] {
  func joined(by separator: String, budget: Budget) throws(Fault) -> String {
    try budget.spend(bytes: separator.utf8.count, times: count)
    try budget.spend(bytes: reduce(0) { $0 + $1.utf8.count })
    return joined(separator: separator)
  }
}
