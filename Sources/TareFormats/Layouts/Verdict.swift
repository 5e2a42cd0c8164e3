/// Which of two responses is better, as data sets say it.
import TareCore

enum Verdict: Sendable {
  case first, second
  /// Neither is better: no pair.
  case tie

  /// The grade of both responses of a tie.
  static let tieGrade = 0.5

  /// What "A" and "B" are called; a tie is called anything of `ties`.
  private static let firsts: Set = ["a", "model_a", "response_a", "assistant_a", "a>b", "a>>b"]
  private static let seconds: Set = ["b", "model_b", "response_b", "assistant_b", "b>a", "b>>a"]
  private static let ties: Set = [
    "tie", "tie (bothbad)", "tie (both bad)", "bothbad", "both_bad", "both bad", "both", "neither",
    "a=b", "equal", "same", "draw",
  ]

  /// - Parameter numbers: what the first and the second response are called by number; nil where they
  ///   have letters: some data sets write 1 for A, others 0.
  /// - Returns: nil for what is no verdict.
  init?(_ cell: JSONValue, numbers: (first: Int, second: Int)? = nil) {
    if let number = cell.double ?? cell.string.flatMap(DecimalText.number) {
      guard let numbers else { return nil }
      switch number {
      case Double(numbers.first): self = .first
      case Double(numbers.second): self = .second
      default: return nil
      }
      return
    }
    let text = (cell.string ?? "").trimmed.lowercased()
    if Self.firsts.contains(text) {
      self = .first
    } else if Self.seconds.contains(text) {
      self = .second
    } else if Self.ties.contains(text) {
      self = .tie
    } else {
      return nil
    }
  }

  /// By the sign of a preference: below zero the first response is better.
  init(sign: Double) { self = sign < 0 ? .first : sign > 0 ? .second : .tie }

  var roles: [Role] {
    switch self {
    case .first: [.chosen, .rejected]
    case .second: [.rejected, .chosen]
    case .tie: [.response, .response]
    }
  }
}

extension Verdict {
  /// What a cell may hold, for messages.
  static func accepted(_ numbers: (first: Int, second: Int)?) -> String {
    (numbers.map { "\($0.first) or \($0.second), " } ?? "") + "A or B, model_a or model_b, or a tie"
  }
}

extension SourceRow {
  /// - Throws: `TareError.badData` for a cell that is no verdict.
  func verdict(
    _ column: String, numbers: (first: Int, second: Int)? = nil
  ) throws(TareError) -> Verdict {
    let cell = columns[column] ?? .null
    guard let verdict = Verdict(cell, numbers: numbers) else {
      throw error(column, found: cell.text(), accepted: Verdict.accepted(numbers))
    }
    return verdict
  }

  /// A number below zero where the first response is better.
  func signedVerdict(_ column: String) throws(TareError) -> Verdict {
    let cell = columns[column] ?? .null
    guard let number = cell.double ?? cell.string.flatMap(DecimalText.number) else {
      throw error(
        column, found: cell.text(), accepted: "a number (below 0 if the first response is better)")
    }
    return Verdict(sign: number)
  }
}

extension RowContent {
  /// Two responses and which is better. Of a tie both are responses, with one grade.
  init(
    _ row: SourceRow, _ first: String, _ second: String, _ verdict: Verdict, columns: [String]
  ) throws(TareError) {
    let roles = verdict.roles
    try self.init(row, [(first, roles[0]), (second, roles[1])])
    guard responses.count == 2 else {
      throw row.error(
        first, found: "\(responses.count) responses with '\(second)'", accepted: "one of each")
    }
    self.columns += columns
    if verdict == .tie { extras["label"] = .double(Verdict.tieGrade) }
  }
}
