/// Confidence against how often it was right, and what chance alone would show.
internal import Foundation
package import TareCore

/// The expected calibration error of the top answer in 15 bins of equal width (Naeini et al. 2015), beside
/// what a perfectly calibrated model shows on a sample of this size with these confidences: there an
/// answer of confidence c is right with probability c, and the error is not 0 either.
package struct Reliability: Sendable, Hashable {
  package struct Bin: Sendable, Hashable {
    package let rows: Int
    package let confidence: Double
    package let accuracy: Double
  }

  /// Those that have rows, from the lowest confidence on.
  package let bins: [Bin]
  package let error: Double
  /// Of a perfectly calibrated model: mean and 95% quantile.
  package let calibratedMean: Double
  package let calibratedMost: Double
  /// How often a perfectly calibrated model shows at least this error.
  package let p: Double

  package static let binCount = 15
  private static let draws = 1_000

  package init(confidences: [Double], isRight: [Bool], seed: UInt64) {
    let bins = confidences.map(Self.bin)
    error = Self.error(bins, confidences) { isRight[$0] }
    var random = Xoshiro256(seed: seed)
    var samples: [Double] = []
    for _ in 0..<Self.draws {
      samples.append(
        Self.error(bins, confidences) { row in
          Double(random.next() >> 11) / 9_007_199_254_740_992 < confidences[row]
        })
    }
    calibratedMean = samples.reduce(0, +) / Double(samples.count)
    let error = error
    p = Double(samples.count { $0 >= error - 1e-12 } + 1) / Double(samples.count + 1)
    calibratedMost = samples.sorted().quantile(0.95)
    self.bins = (0..<Self.binCount).compactMap { bin in
      let rows = bins.indices.filter { bins[$0] == bin }
      guard !rows.isEmpty else { return nil }
      let count = Double(rows.count)
      return Bin(
        rows: rows.count, confidence: rows.reduce(0) { $0 + confidences[$1] } / count,
        accuracy: Double(rows.count { isRight[$0] }) / count)
    }
  }

  private static func bin(_ confidence: Double) -> Int {
    // Bins are open below, as in the paper: 1/15 is in the first.
    let place = (confidence * Double(binCount)).rounded(.up) - 1
    return min(max(Int(exactly: place) ?? 0, 0), binCount - 1)
  }

  private static func error(
    _ bins: [Int], _ confidences: [Double], _ isRight: (Int) -> Bool
  ) -> Double {
    var differences = [Double](repeating: 0, count: binCount)
    for row in bins.indices {
      differences[bins[row]] += confidences[row] - (isRight(row) ? 1 : 0)
    }
    return differences.reduce(0) { $0 + abs($1) } / Double(max(bins.count, 1))
  }

  package var json: JSONValue {
    [
      "ece": .double(error), "ece_if_calibrated": .double(calibratedMean),
      "ece_if_calibrated_95": .double(calibratedMost), "p": .double(p),
      "bins": .array(
        bins.map {
          [
            "rows": .int($0.rows), "confidence": .double($0.confidence),
            "accuracy": .double($0.accuracy),
          ]
        }),
    ]
  }
}
