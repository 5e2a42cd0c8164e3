/// What a number of an evaluation must not be: `overall < base - 1`.
package import TareCore

/// The grammar, whose words and marks may be apart by blanks:
///
///     condition  = metric ["significantly"] comparator bound
///     metric     = "overall" | quoted name of a subset, section or average
///     comparator = "<" | "<=" | ">" | ">="
///     bound      = number | "base" | "base" "+" number | "base" "-" number
///
/// Numbers are points: per cent of what the metric is a share of. `base` is the same metric of the scores
/// that these are compared with, on the prompts that both have.
package struct Condition: Sendable, Equatable {
  package enum Metric: Sendable, Hashable {
    case overall
    case named(String)
  }

  package enum Comparator: String, Sendable, CaseIterable {
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="

    /// Whether it asks for something small.
    var isBelow: Bool { self == .less || self == .atMost }

    /// Rounding is less than this: what differs by no more is equal.
    private static let rounding = 1e-9

    /// Of numbers in points.
    func holds(_ value: Double, _ bound: Double) -> Bool {
      let difference = value - bound
      switch self {
      case .less: return difference < -Self.rounding
      case .atMost: return difference <= Self.rounding
      case .greater: return difference > Self.rounding
      case .atLeast: return difference >= -Self.rounding
      }
    }
  }

  package enum Bound: Sendable, Hashable {
    /// In points.
    case number(Double)
    /// The base, and so many points more.
    case base(plus: Double)
  }

  /// As it was written.
  package let text: String
  package let metric: Metric
  package let comparator: Comparator
  package let bound: Bound
  /// Whether the whole 95% interval must lie beyond the bound, and not the number alone.
  package let isSignificant: Bool

  package var needsBase: Bool {
    if case .base = bound { return true }
    return false
  }

  /// - Throws: `TareError.usage` that names the token which does not belong where it stands.
  package init(_ text: String) throws(TareError) {
    var parser = try ConditionParser(text)
    self.text = text
    metric = try parser.metric()
    isSignificant = parser.takes("significantly")
    comparator = try parser.comparator()
    bound = try parser.bound()
    try parser.end()
  }
}

private struct ConditionParser {
  private enum Token {
    /// A word, a number or a mark, as it stands.
    case plain(String)
    case quoted(String)
    case end
  }

  private let text: String
  /// Each with the place of its first character, from 1.
  private var tokens: [(token: Token, place: Int)] = []
  private var position = 0

  init(_ text: String) throws(TareError) {
    self.text = text
    let characters = Array(text)
    var place = 0
    while place < characters.count {
      let start = place
      let first = characters[place]
      if first.isWhitespace {
        place += 1
        continue
      }
      if first == "\"" {
        place += 1
        while place < characters.count, characters[place] != "\"" { place += 1 }
        guard place < characters.count else {
          throw error("\(String(characters[start...]))", start + 1, "a name in quotes, \"NAME\"")
        }
        tokens.append((.quoted(String(characters[(start + 1)..<place])), start + 1))
        place += 1
        continue
      }
      place += 1
      switch first {
      case "<", ">":
        if place < characters.count, characters[place] == "=" { place += 1 }
      case _ where first.isLetter || first == "_":
        while place < characters.count,
          characters[place].isLetter || characters[place].isNumber
            || "_-".contains(characters[place])
        {
          place += 1
        }
      case _ where first.isNumber || first == ".":
        while place < characters.count,
          characters[place].isNumber || characters[place].isLetter || characters[place] == "."
        {
          place += 1
        }
      default: break
      }
      tokens.append((.plain(String(characters[start..<place])), start + 1))
    }
    tokens.append((.end, characters.count + 1))
  }

  private func error(_ found: String, _ place: Int, _ accepted: String) -> TareError {
    .usage("condition '\(text)': '\(found)' at character \(place); expected \(accepted)")
  }

  private func unexpected(_ accepted: String) -> TareError {
    let (token, place) = tokens[position]
    switch token {
    case .plain(let found): return error(found, place, accepted)
    case .quoted(let found): return error("\"\(found)\"", place, accepted)
    case .end:
      return .usage("condition '\(text)': ends at character \(place); expected \(accepted)")
    }
  }

  /// Whether the next token is this word, which is then taken.
  mutating func takes(_ word: String) -> Bool {
    guard case .plain(word) = tokens[position].token else { return false }
    position += 1
    return true
  }

  mutating func metric() throws(TareError) -> Condition.Metric {
    if takes("overall") { return .overall }
    guard case .quoted(let name) = tokens[position].token, !name.isEmpty else {
      throw unexpected("overall, or the name of a subset in quotes")
    }
    position += 1
    return .named(name)
  }

  mutating func comparator() throws(TareError) -> Condition.Comparator {
    guard case .plain(let mark) = tokens[position].token,
      let comparator = Condition.Comparator(rawValue: mark)
    else {
      let marks = Condition.Comparator.allCases.map(\.rawValue).joined(separator: ", ")
      throw unexpected("\(marks) or significantly")
    }
    position += 1
    return comparator
  }

  mutating func bound() throws(TareError) -> Condition.Bound {
    if takes("base") {
      if takes("+") { return .base(plus: try number()) }
      if takes("-") { return .base(plus: -(try number())) }
      return .base(plus: 0)
    }
    if takes("-") { return .number(-(try number())) }
    guard case .plain(let found) = tokens[position].token, found.first?.isNumber == true else {
      throw unexpected("base, or a number of points")
    }
    return .number(try number())
  }

  private mutating func number() throws(TareError) -> Double {
    guard case .plain(let found) = tokens[position].token,
      found.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil, let number = Double(found)
    else { throw unexpected("a number of points such as 1 or 0.5") }
    position += 1
    return number
  }

  func end() throws(TareError) {
    guard case .end = tokens[position].token else { throw unexpected("nothing more") }
  }
}
