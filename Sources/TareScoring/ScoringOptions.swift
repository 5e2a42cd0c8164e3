/// How conversations become tokens.
package import TareCore
package import TareTemplates
package import TareTokenizers

package struct ScoringOptions: Sendable, Hashable {
  /// What is done about the beginning-of-sequence token.
  package enum BOS: String, Sendable, CaseIterable {
    /// As the template writes it, but never twice.
    case auto
    /// As the template writes it.
    case keep
    /// None.
    case strip
    /// Exactly one.
    case add
  }

  /// What happens to a text over `maxTokens`.
  package enum Truncation: String, Sendable, CaseIterable {
    /// The beginning is cut off, so that the end, where the reward is read, stays.
    case left
    /// The end is cut off.
    case right
    /// The beginning of the response is cut off; all that stands around it stays.
    case responseLeft = "response-left"
    /// The end of the response is cut off.
    case responseRight = "response-right"
    /// It is an error.
    case error

    /// Whether only tokens of the response may go.
    package var isInResponse: Bool { self == .responseLeft || self == .responseRight }
  }

  /// What happens to control tokens that the user's own texts spell.
  package enum SpecialTokens: String, Sendable, CaseIterable {
    /// They are control tokens, as in transformers.
    case keep
    /// They are encoded as plain text.
    case text
    /// They are an error.
    case error
  }

  package var readRule: ReadRule
  /// Where the text of a conversation ends.
  package var ending = ConversationEnding.message
  package var bos: BOS
  /// nil for the model's context length.
  package var maxTokens: Int?
  package var truncation: Truncation
  /// What `strftime_now` in a template gives: a score must not change overnight.
  package var date: CalendarDate
  /// Put before conversations that have no system message.
  package var system: String?
  /// Variables of the chat template, for conversations that do not have them themselves.
  package var variables: JSONObject = [:]
  /// Whether a response must be one message, as where all that follows the prompt is taken for the
  /// model's own words.
  package var takesOneTurn = false
  /// What stands between the steps of a response: there the step token of the model is put.
  package var stepSeparator: String?
  /// The version of transformers whose tokens the model has been opened for.
  package var tokenRules = TokenizerRules.five
  package var specialTokens: SpecialTokens
  /// Whether control tokens in the user's texts are encoded as plain text.
  package var sanitizesControlTokens: Bool { specialTokens == .text }
  /// Whether it is found out where the response begins, as implicit rewards need.
  package var marksResponse = false

  package init(
    readRule: ReadRule, bos: BOS = .auto, maxTokens: Int? = nil, truncation: Truncation = .left,
    date: CalendarDate, system: String? = nil, sanitizesControlTokens: Bool = false
  ) {
    self.readRule = readRule
    self.bos = bos
    self.maxTokens = maxTokens
    self.truncation = truncation
    self.date = date
    self.system = system
    specialTokens = sanitizesControlTokens ? .text : .keep
  }
}

extension ScoringOptions {
  /// The same with a date that is the same on every day.
  package var onOneDay: ScoringOptions? {
    guard let date = try? CalendarDate(parsing: "2026-01-01") else { return nil }
    var options = self
    options.date = date
    return options
  }
}

extension CalendarDate {
  /// YYYY-MM-DD.
  package var text: String {
    func digits(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(width - String(number).count, 0)) + String(number)
    }
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
  }
}
