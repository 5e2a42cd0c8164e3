/// How conversations become tokens.
internal import TareCore
package import TareTemplates

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
    /// It is an error.
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
  /// Whether it is found out where the response begins, as implicit rewards need.
  package var marksResponse = false

  package init(
    readRule: ReadRule, bos: BOS = .auto, maxTokens: Int? = nil, truncation: Truncation = .left,
    date: CalendarDate, system: String? = nil
  ) {
    self.readRule = readRule
    self.bos = bos
    self.maxTokens = maxTokens
    self.truncation = truncation
    self.date = date
    self.system = system
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
