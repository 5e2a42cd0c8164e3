/// One response of a run's input, with its score where it has one.
package import TareCore
import TareFormats

package struct RunItem: Sendable, Hashable, Identifiable {
  package let id: Int64
  /// Of the row in the input, from 0.
  package let position: Int
  /// The user's id of the row; the responses of one prompt share it.
  package let promptID: String
  /// Of the response among its prompt's, from 0.
  package internal(set) var index: Int
  /// Which of the prompt's pairs it is of, from 0, where it has several; nil for the first.
  package internal(set) var pair: Int?
  package let role: Role
  package let subset: String?
  package let section: String?
  package let extras: JSONObject
  /// Unicode scalars of the response.
  package let length: Int
  /// nil while the response has not been scored.
  package let score: Score?
  /// Prompt and response; nil if they were not asked for, or are not known to the store.
  package let conversation: Conversation?

  /// The standard deviation of the score in lines of output, and as a covariate.
  package static let deviationColumn = "score_sd"

  /// The item as calibration, evaluation and ranking want it, with the covariates "length" and
  /// "tokens"; nil without a score. `Store.scores` has the others.
  package var scoredResponse: ScoredResponse? {
    guard let score else { return nil }
    var response = ScoredResponse(
      promptID: promptID, index: index, role: role, score: Double(score.value),
      covariates: ["length": Double(length), "tokens": Double(score.tokens)], subset: subset,
      section: section, label: role == .response ? extras.label : nil)
    response.steps = score.steps.map { Double($0.value) }
    response.pair = pair
    return response
  }
}

extension RunItem {
  /// The place among its prompt's responses that the input gave a row of one response.
  var givenIndex: Int? { role == .response ? extras["index"]?.int : nil }
}

/// A response that is still to be scored.
package struct UnscoredItem: Sendable, Hashable, Identifiable {
  package let id: Int64
  package let position: Int
  package let index: Int
  package let conversation: Conversation
}

/// What tokenising a response gave: the name of its tokens, and whether they are all of it.
package struct ItemTokens: Sendable, Hashable {
  package var item: Int64
  package var digest: Digest
  package var truncated: Bool

  package init(item: Int64, digest: Digest, truncated: Bool) {
    self.item = item
    self.digest = digest
    self.truncated = truncated
  }
}
