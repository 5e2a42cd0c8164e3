/// Whether the standard deviations of scores are worth anything: orders of pairs that are known.
internal import Foundation
package import TareCore

/// How well the probability of the right order holds, with the deviation of the difference and without.
///
/// Without, P = σ(m) with the margin m, as Bradley and Terry's model has it; with the deviation s it is the
/// mean of σ over a normal distribution of the margin, σ(m / √(1 + π s² / 8)) (MacKay 1992). The deviation
/// never changes an order: it makes probabilities less extreme, and tells which orders are sure.
package struct UncertainOrders: Sendable {
  /// A pair whose right order is known.
  package struct Pair: Sendable {
    /// The chosen response's score less the rejected one's.
    package let margin: Double
    /// Of the margin.
    package let deviation: Double
    package let prompt: String

    package init(margin: Double, deviation: Double, prompt: String) {
      self.margin = margin
      self.deviation = deviation
      self.prompt = prompt
    }
  }

  package struct Quality: Sendable {
    /// Mean −ln P of the right order.
    package let logLoss: QuestionNumber
    /// Mean (1 − P)².
    package let brier: QuestionNumber
    /// Of the order that is the more probable.
    package let reliability: Reliability
  }

  /// The pairs whose margin is at least so many deviations.
  package struct Sure: Sendable {
    package let z: Double
    package let pairs: Int
    package let share: Double
    /// How often their order is right, a tie half; nil without pairs.
    package let accuracy: QuestionNumber?
    /// The same by the probabilities with deviations.
    package let predicted: Double?
  }

  package let pairs: Int
  package let meanDeviation: Double
  package let without: Quality
  package let with: Quality
  /// With less without, on the same resamples; below 0 is better.
  package let logLossChange: QuestionNumber
  package let brierChange: QuestionNumber
  package let sure: [Sure]

  private static let levels = [0, 0.5, 1, 1.645, 1.96, 3]

  /// - Parameter bootstrap: of prompts; all pairs of a prompt go with it.
  /// - Throws: `TareError.badData` without pairs.
  package init(_ pairs: [Pair], _ bootstrap: Bootstrap) throws(TareError) {
    guard !pairs.isEmpty else {
      throw .badData(place: "pairs", found: "none", accepted: "pairs whose order is known")
    }
    self.pairs = pairs.count
    meanDeviation = pairs.reduce(0) { $0 + $1.deviation } / Double(pairs.count)
    let groups = PromptResampling(pairs.map(\.prompt), bootstrap)
    let plain = pairs.map { Self.probability(margin: $0.margin, deviation: 0) }
    let smoothed = pairs.map { Self.probability(margin: $0.margin, deviation: $0.deviation) }
    let isRight = pairs.map { $0.margin > 0 }
    let losses = [plain, smoothed].map { $0.map { -log(max($0, QuestionMetric.leastProbability)) } }
    let squares = [plain, smoothed].map { $0.map { (1 - $0) * (1 - $0) } }
    let numbers = groups.means(
      losses + squares + [zip(losses[1], losses[0]).map(-), zip(squares[1], squares[0]).map(-)])
    let reliabilities = [plain, smoothed].map {
      Reliability(
        confidences: $0.map { max($0, 1 - $0) }, isRight: isRight, seed: bootstrap.seed)
    }
    without = Quality(logLoss: numbers[0], brier: numbers[2], reliability: reliabilities[0])
    with = Quality(logLoss: numbers[1], brier: numbers[3], reliability: reliabilities[1])
    (logLossChange, brierChange) = (numbers[4], numbers[5])
    let right = pairs.map { $0.margin > 0 ? 1 : $0.margin == 0 ? 0.5 : 0 }
    sure = Self.levels.map { z in
      let rows = pairs.indices.filter { abs(pairs[$0].margin) >= z * pairs[$0].deviation }
      let accuracy = groups.number { weights in
        var (sum, size) = (0.0, 0.0)
        for row in rows {
          sum += weights.row(row) * right[row]
          size += weights.row(row)
        }
        return size > 0 ? sum / size : nil
      }
      let predicted = rows.reduce(0) { $0 + max(smoothed[$1], 1 - smoothed[$1]) }
      return Sure(
        z: z, pairs: rows.count, share: Double(rows.count) / Double(pairs.count),
        accuracy: rows.isEmpty ? nil : accuracy,
        predicted: rows.isEmpty ? nil : predicted / Double(rows.count))
    }
  }

  /// Of the order that the margin says.
  package static func probability(margin: Double, deviation: Double) -> Double {
    1 / (1 + exp(-margin / (1 + .pi / 8 * deviation * deviation).squareRoot()))
  }

  package var json: JSONValue {
    [
      "pairs": .int(pairs), "mean_sd_of_difference": .double(meanDeviation),
      "without_sd": without.json, "with_sd": with.json,
      "change": ["log_loss": logLossChange.json, "brier": brierChange.json],
      "sure": .array(
        sure.map { sure in
          [
            "z": .double(sure.z), "pairs": .int(sure.pairs), "share": .double(sure.share),
            "accuracy": sure.accuracy?.json ?? .null,
            "predicted": sure.predicted.map { .double($0) } ?? .null,
          ]
        }),
    ]
  }
}

extension UncertainOrders.Quality {
  fileprivate var json: JSONValue {
    ["log_loss": logLoss.json, "brier": brier.json, "reliability": reliability.json]
  }
}
