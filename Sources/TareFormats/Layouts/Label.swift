/// What a cell says of how good a response is: a word, or a number.
package import TareCore

struct Label: Sendable, Hashable {
  /// More is better; 1 and 0 where the label is a word.
  let value: Double
  let ways: Ways

  /// The ways to label of which this is one: a column keeps to one of them.
  struct Ways: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let numbers = Ways(rawValue: 1)
    /// True and false, which may also be 1 and 0.
    static let truth = Ways(rawValue: 2)
    static let all = Ways(rawValue: .max)

    static func words(_ index: Int) -> Ways { Ways(rawValue: 4 << UInt32(index)) }
  }

  init(number: Double) {
    value = number
    ways = number == 0 || number == 1 ? [.numbers, .truth] : .numbers
  }

  private init(_ isRight: Bool, _ ways: Ways) {
    value = isRight ? 1 : 0
    self.ways = ways
  }

  /// - Returns: nil for what is no label.
  init?(_ cell: JSONValue) {
    switch cell {
    case .bool(let isTrue): self.init(isTrue, .truth)
    case .string(let text): self.init(text)
    default:
      guard let number = cell.double, number.isUsable else { return nil }
      self.init(number: number)
    }
  }

  /// - Returns: nil for what is no label, be it for nothing.
  init?(_ text: String) {
    if let number = DecimalText.number(text) {
      guard number.isUsable else { return nil }
      self.init(number: number)
      return
    }
    guard let known = Self.known[text.trimmed.lowercased()] else { return nil }
    self = known
  }
}

// MARK: - Words

extension Label {
  /// Pairs of words that say better and worse and nothing else, whoever writes them.
  private static let words = [
    ("chosen", "rejected"), ("yes", "no"), ("y", "n"), ("right", "wrong"),
    ("correct", "incorrect"), ("good", "bad"), ("better", "worse"), ("won", "lost"),
    ("win", "loss"), ("win", "lose"), ("winner", "loser"), ("pass", "fail"), ("passed", "failed"),
    ("accept", "reject"), ("accepted", "rejected"), ("preferred", "rejected"),
    ("preferred", "dispreferred"),
  ]

  private static let known: [String: Label] = {
    var known: [String: Label] = [:]
    for (text, isRight) in [("true", true), ("t", true), ("false", false), ("f", false)] {
      known[text] = Label(isRight, .truth)
    }
    for (index, pair) in words.enumerated() {
      for (text, isRight) in [(pair.0, true), (pair.1, false)] {
        known[text] = Label(isRight, .words(index).union(known[text]?.ways ?? []))
      }
    }
    return known
  }()

  /// What messages say is accepted.
  static let accepted =
    "labels of one kind: numbers, true and false, chosen and rejected, yes and no, "
    + "correct and incorrect, right and wrong, good and bad, won and lost"
}

extension Label.Ways {
  /// What labels of one of these ways are, for messages.
  var description: String {
    if contains(.truth), !contains(.numbers) { return "true or false, as in the rows before" }
    if contains(.numbers) { return "numbers, as in the rows before" }
    let pairs = Label.pairs(of: self).map { "\($0.0) or \($0.1)" }
    return pairs.joined(separator: ", ") + ", as in the rows before"
  }
}

extension Label {
  fileprivate static func pairs(of ways: Ways) -> [(String, String)] {
    words.indices.filter { ways.contains(.words($0)) }.map { words[$0] }
  }
}

extension String {
  /// Without blanks and line ends around it.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}

extension JSONObject {
  /// How good a response is, where its row carried a label.
  package var label: Double? {
    TableLayout.labelNames.lazy.compactMap { self[$0].flatMap { Label($0) } }.first?.value
  }
}
