/// How good the probabilities of a typed question are, on rows whose right option is known.
internal import Foundation
package import TareCore

/// A number with its 95% interval from resampled prompts; nil where there is too little for one.
package struct QuestionNumber: Sendable, Hashable {
  package let value: Double
  package let interval: ClosedRange<Double>?

  package var json: JSONValue {
    var object: JSONObject = ["value": .double(value)]
    object["interval"] = interval.map { [.double($0.lowerBound), .double($0.upperBound)] }
    return .object(object)
  }
}

/// What is measured on each row and averaged.
package enum QuestionMetric: String, Sendable, CaseIterable {
  case accuracy
  /// Σ (p − y)² over all options (Brier 1950).
  case brier
  /// −ln of the right option's probability, clipped at 1e-9.
  case logLoss = "log_loss"
  /// Of levels: |expected level − right one|.
  case levelError = "level_error"
  /// Of levels: the share within one level.
  case withinOne = "within_one"
  /// Of levels: Σ (difference of the cumulative distributions)² / (levels − 1) (Epstein 1969).
  case rankedScore = "ranked_score"

  /// Whether it needs levels.
  package var isOrdinal: Bool {
    switch self {
    case .levelError, .withinOne, .rankedScore: true
    default: false
    }
  }

  package var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .brier: "Brier score"
    case .logLoss: "log loss"
    case .levelError: "mean error in levels"
    case .withinOne: "within one level"
    case .rankedScore: "ranked probability score"
    }
  }

  static let leastProbability = 1e-9

  func value(_ row: AnsweredRow) -> Double {
    guard let label = row.label else { return 0 }
    let p = row.probabilities
    switch self {
    case .accuracy: return row.answer == label ? 1 : 0
    case .brier:
      return p.indices.reduce(0) { sum, option in
        let distance = p[option] - (option == label ? 1 : 0)
        return sum + distance * distance
      }
    case .logLoss: return -log(max(p[label], Self.leastProbability))
    case .levelError: return abs(row.expectedLevel - Double(label))
    case .withinOne: return abs(row.answer - label) <= 1 ? 1 : 0
    case .rankedScore:
      var (sum, cumulative) = (0.0, 0.0)
      for level in p.indices.dropLast() {
        cumulative += p[level]
        let distance = cumulative - (level >= label ? 1 : 0)
        sum += distance * distance
      }
      return sum / Double(p.count - 1)
    }
  }
}

extension AnsweredRow {
  /// Σ level · p.
  package var expectedLevel: Double {
    probabilities.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
  }
}

package struct QuestionEvaluation: Sendable {
  package let name: String
  package let type: QuestionType
  package let options: [String]
  /// Labelled rows, and the prompts that they are of.
  package let rows: Int
  package let prompts: Int
  /// The share of the most frequent label: the accuracy of an answer that is always the same.
  package let majority: Double
  package let metrics: [QuestionMetric: QuestionNumber]
  /// Rows whose right option has a probability of exactly 0.
  package let zeros: Int
  /// Of levels: quadratically weighted kappa of answer and label (Cohen 1968).
  package let kappa: QuestionNumber?
  package let reliability: Reliability
  package let coverage: RiskCoverage
  package let lengthSlopes: [CovariateSlope]
  package let styleSlopes: [CovariateSlope]

  /// - Parameters:
  ///   - answers: of which labelled rows count.
  ///   - bootstrap: of prompts; all rows of a prompt go with it.
  /// - Throws: `TareError.badData` where no row has a label.
  package init(_ answers: QuestionAnswers, _ bootstrap: Bootstrap) throws(TareError) {
    let rows = answers.labelled
    guard !rows.isEmpty else {
      throw .badData(
        place: "question '\(answers.name)'", found: "no labels",
        accepted: "a right option per row, in labels or label")
    }
    name = answers.name
    type = answers.type
    options = answers.options
    self.rows = rows.count
    let groups = PromptResampling(rows.map(\.prompt), bootstrap)
    prompts = groups.count
    let counts = rows.reduce(into: [Int](repeating: 0, count: answers.options.count)) {
      $0[$1.label ?? 0] += 1
    }
    majority = Double(counts.max() ?? 0) / Double(rows.count)
    zeros = rows.count { row in row.label.map { row.probabilities[$0] == 0 } ?? false }
    let wanted = QuestionMetric.allCases.filter { answers.type == .score || !$0.isOrdinal }
    let values = wanted.map { metric in rows.map { metric.value($0) } }
    let means = groups.means(values)
    var metrics: [QuestionMetric: QuestionNumber] = [:]
    for (index, metric) in wanted.enumerated() { metrics[metric] = means[index] }
    self.metrics = metrics
    kappa = answers.type == .score ? groups.kappa(rows, levels: answers.options.count) : nil
    reliability = Reliability(
      confidences: rows.map(\.confidence), isRight: rows.map { $0.answer == $0.label },
      seed: bootstrap.seed)
    coverage = RiskCoverage(rows, groups)
    lengthSlopes = CovariateSlope.lengths(answers, groups)
    styleSlopes = CovariateSlope.styles(answers, groups)
  }
}
