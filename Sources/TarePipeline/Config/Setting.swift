/// What tare.toml and `TARE_…` variables can say: the options that people repeat.
internal import TareEngine

/// To add one: add its case, what it holds, and its words.
package enum Setting: String, CaseIterable, Sendable {
  case store
  case model
  case threads
  case precision
  case hubCache = "hub-cache"
  case nextCommand = "next-command"

  /// What a setting may be.
  enum Kind: Sendable, Equatable {
    case text
    /// At least 1.
    case count
    case choice([String])
    case flag
  }

  /// The key in tare.toml.
  package var key: String { rawValue }

  package var variable: String {
    "TARE_" + rawValue.uppercased().replacing("-", with: "_")
  }

  var kind: Kind {
    switch self {
    case .store, .model, .hubCache: .text
    case .threads: .count
    case .precision: .choice(Precision.allCases.map(\.rawValue))
    case .nextCommand: .flag
    }
  }

  /// For help texts and messages.
  package var summary: String {
    switch self {
    case .store: "store of commands that name a run but no --store"
    case .model: "model of score, tokenize, train-head, inspect and serve without --model"
    case .threads: "threads of what runs a model"
    case .precision: "precision of what runs a model"
    case .hubCache: "folder of downloaded models"
    case .nextCommand: "whether commands on a terminal end with the next one"
    }
  }

  /// The value as a text that says the same in any source.
  ///
  /// - Throws: `TareError.usage` with what is accepted; the place is the caller's.
  func checked(_ value: TOMLLines.Value) throws(Unaccepted) -> String {
    switch (kind, value) {
    case (.text, .string(let text)) where !text.isEmpty: return text
    case (.count, .integer(let number)) where number >= 1: return String(number)
    case (.choice(let choices), .string(let text)) where choices.contains(text): return text
    case (.flag, .boolean(let flag)): return String(flag)
    default: throw Unaccepted(found: value.words, accepted: accepted)
    }
  }

  /// The same of a variable's text.
  func checked(variable text: String) throws(Unaccepted) -> String {
    switch kind {
    case .text, .choice:
      return try checked(.string(text))
    case .count:
      guard let number = Int(text) else { throw Unaccepted(found: "'\(text)'", accepted: accepted) }
      return try checked(.integer(number))
    case .flag:
      switch text.lowercased() {
      case "1", "true", "yes", "on": return "true"
      case "0", "false", "no", "off": return "false"
      default: throw Unaccepted(found: "'\(text)'", accepted: "1 or 0, true or false")
      }
    }
  }

  private var accepted: String {
    switch kind {
    case .text: "a text"
    case .count: "an integer from 1"
    case .choice(let choices): choices.joined(separator: ", ")
    case .flag: "true or false"
    }
  }

  struct Unaccepted: Error {
    let found: String
    let accepted: String
  }

  /// The setting whose key is like this one; nil where none is.
  static func nearest(to key: String) -> Setting? {
    let wanted = key.lowercased().replacing("_", with: "-")
    let distances = allCases.map { ($0, Self.distance($0.rawValue, wanted)) }
    guard let nearest = distances.min(by: { $0.1 < $1.1 }),
      nearest.1 <= max(1, nearest.0.rawValue.count / 3)
    else { return nil }
    return nearest.0
  }

  /// Levenshtein's: insertions, deletions and substitutions.
  private static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var row = Array(0...second.count)
    for (i, a) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in second.enumerated() {
        let substituted = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
