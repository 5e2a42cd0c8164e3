/// Typed questions and the probabilities that a model gave their options.

package enum QuestionType: String, Sendable, CaseIterable {
  /// Yes or no.
  case noul
  case choice
  /// Levels, the lowest first.
  case score
}

/// All answers to one question.
package struct QuestionAnswers: Sendable {
  package let name: String
  package let type: QuestionType
  /// At least two.
  package let options: [String]
  package var rows: [AnsweredRow]

  package init(name: String, type: QuestionType, options: [String], rows: [AnsweredRow]) {
    self.name = name
    self.type = type
    self.options = options
    self.rows = rows
  }

  /// Those whose right option is known.
  package var labelled: [AnsweredRow] { rows.filter { $0.label != nil } }

  /// The prompts of the labelled rows, each once, in order.
  package var labelledPrompts: [String] {
    var seen: Set<ExactText> = []
    return labelled.map(\.prompt).filter { seen.insert(ExactText($0)).inserted }
  }
}

/// One answer to a question.
package struct AnsweredRow: Sendable, Hashable {
  /// The row of the file, from 0.
  package let row: Int
  /// Rows of one prompt are not independent.
  package let prompt: String
  /// By option; they add up to 1.
  package var probabilities: [Double]
  /// The right option; nil where nobody says.
  package let label: Int?
  /// Of the response, in characters; nil where it is not known.
  package let length: Double?
  /// Of the response, headers, list items and bold passages; nil where the text is not known.
  package let markdown: Double?

  package init(
    row: Int, prompt: String, probabilities: [Double], label: Int?, length: Double? = nil,
    markdown: Double? = nil
  ) {
    self.row = row
    self.prompt = prompt
    self.probabilities = probabilities
    self.label = label
    self.length = length
    self.markdown = markdown
  }

  /// The most probable option; the first of equal ones.
  package var answer: Int { probabilities.firstIndex(of: confidence) ?? 0 }
  /// Its probability.
  package var confidence: Double { probabilities.max() ?? 0 }
}
