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
