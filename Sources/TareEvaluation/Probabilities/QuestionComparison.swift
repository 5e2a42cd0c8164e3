/// Two models' probabilities of the same question on the same rows.
internal import Foundation
package import TareCore

package struct QuestionComparison: Sendable {
  package let name: String
  package let rows: Int
  package let prompts: Int
  /// The second's number less the first's, with its interval, and the p-value of the paired permutation
  /// test over prompts.
  package let differences: [(metric: QuestionMetric, difference: QuestionNumber, p: Double)]

  /// - Parameters:
  ///   - pairs: answers of both to the same rows, labelled.
  package init(
    _ name: String, type: QuestionType, _ pairs: [(AnsweredRow, AnsweredRow)],
    _ bootstrap: Bootstrap
  ) {
    self.name = name
    rows = pairs.count
    let groups = PromptResampling(pairs.map(\.0.prompt), bootstrap)
    prompts = groups.count
    let metrics = QuestionMetric.allCases.filter { type == .score || !$0.isOrdinal }
    let values = metrics.map { metric in
      pairs.map { metric.value($0.1) - metric.value($0.0) }
    }
    let means = groups.means(values)
    differences = metrics.indices.map { index in
      (
        metrics[index], means[index],
        PairedPermutation(differences: groups.sums(values[index]), seed: bootstrap.seed).p
      )
    }
  }
}
