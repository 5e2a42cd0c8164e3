/// Scored pairs made for tests.
import TareCore

/// A chosen and a rejected response of one prompt; their scores are 1 and 0 where `outcome` is
/// positive, equal at 0, the other way round where it is negative.
func pair(
  _ id: String, _ outcome: Int, subset: String? = nil, section: String? = nil,
  lengths: (chosen: Double, rejected: Double)? = nil
) -> [ScoredResponse] {
  [(Role.chosen, Double(outcome), lengths?.chosen), (.rejected, 0, lengths?.rejected)]
    .enumerated().map { index, row in
      ScoredResponse(
        promptID: id, index: index, role: row.0, score: row.1,
        covariates: row.2.map { ["length": $0] } ?? [:], subset: subset, section: section)
    }
}

/// `count` pairs, the first `correct` of them right.
func pairs(
  _ correct: Int, of count: Int, subset: String? = nil, section: String? = nil
) -> [ScoredResponse] {
  (0..<count).flatMap {
    pair("\($0)", $0 < correct ? 1 : -1, subset: subset, section: section)
  }
}

/// A prompt of RM-Bench: three chosen answers that score `outcome`, three rejected ones that score 0.
func styles(_ id: String, _ outcome: Double, domain: String) -> [ScoredResponse] {
  (0..<6).map { index in
    ScoredResponse(
      promptID: id, index: index, role: index < 3 ? .chosen : .rejected,
      score: index < 3 ? outcome : 0, covariates: [:], section: domain)
  }
}

/// A solution with the scores of its steps.
///
/// - Parameter label: the first wrong step, or −1.
func solution(
  _ id: String, _ steps: [Double], label: Double, subset: String? = nil
) -> ScoredResponse {
  var response = ScoredResponse(
    promptID: id, index: 0, role: .response, score: steps.min() ?? 0, covariates: [:],
    subset: subset, label: label)
  response.steps = steps
  return response
}

/// Candidates with scores and grades.
func graded(
  _ id: String, _ scores: [Double], _ labels: [Double], subset: String? = nil
) -> [ScoredResponse] {
  zip(scores, labels).enumerated().map { index, row in
    ScoredResponse(
      promptID: id, index: index, role: .response, score: row.0, covariates: [:], subset: subset,
      label: row.1)
  }
}

/// A baseline's answer and a model's, as a judge prefers them.
///
/// - Parameter lengths: the baseline's, the model's.
func duel(
  _ id: String, _ preference: Double, lengths: (Double, Double)? = nil
) -> [ScoredResponse] {
  [(1 - preference, lengths?.0), (preference, lengths?.1)].enumerated().map { index, side in
    ScoredResponse(
      promptID: id, index: index, role: .response, score: side.0,
      covariates: side.1.map { ["length": $0] } ?? [:])
  }
}

/// Results without scores, a prompt each.
func results(_ values: [Double], subset: String? = nil) -> [ScoredResponse] {
  values.enumerated().map { index, value in
    ScoredResponse(
      promptID: "\(index)", index: 0, role: .response, score: value, covariates: ["result": 1],
      subset: subset)
  }
}

/// Two responses to one prompt, neither of which is preferred.
func tie(_ id: String, _ scores: (Double, Double)) -> [ScoredResponse] {
  graded(id, [scores.0, scores.1], [0.5, 0.5])
}
