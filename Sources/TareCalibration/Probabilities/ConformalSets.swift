/// Sets of options that hold the right one with a stated probability.
internal import Foundation
internal import TareCore

/// Split conformal prediction with randomised adaptive sets (Romano, Sesia and Candès 2020). Levels are
/// taken in a contiguous interval that grows from the most probable one.
///
/// For a new row that is exchangeable with the held-out ones the set misses the right option with a
/// probability of at most `miss`, over the draw of the held-out rows and of the new one. Below
/// ⌈1/miss⌉ − 1 held-out rows there is no such set but that of all options.
package struct ConformalSets: Sendable, Hashable {
  package let miss: Double
  /// Options are taken while the score of the next is at most this; infinite for all.
  package let threshold: Double
  /// Held-out rows, one per prompt.
  package let rows: Int
  package let isOrdinal: Bool
  package let seed: UInt64

  package init(miss: Double, threshold: Double, rows: Int, isOrdinal: Bool, seed: UInt64) {
    self.miss = miss
    self.threshold = threshold
    self.rows = rows
    self.isOrdinal = isOrdinal
    self.seed = seed
  }

  /// - Parameter held: calibrated rows that nothing was fitted to, one per prompt.
  init(_ answers: QuestionAnswers, _ held: [AnsweredRow], miss: Double, seed: UInt64) {
    let isOrdinal = answers.type == .score
    let draws = held.map { Self.draw(answers.name, $0.prompt, $0.row, seed) }
    let scores = zip(held, draws).map { row, draw in
      Self.scores(row.probabilities, draw, isOrdinal)[row.label ?? 0]
    }.sorted()
    let rank = Self.rank(held.count, miss)
    self.init(
      miss: miss, threshold: rank <= scores.count ? scores[rank - 1] : .infinity,
      rows: held.count, isOrdinal: isOrdinal, seed: seed)
  }

  /// ⌈(n + 1)(1 − miss)⌉.
  static func rank(_ count: Int, _ miss: Double) -> Int {
    let rank = (Double(count + 1) * (1 - miss) - 1e-9).rounded(.up)
    return max(Int(exactly: rank) ?? count + 1, 1)
  }

  /// The coverage that is certain on average, and the range which coverage lies in with 90% over the draw
  /// of the held-out rows: Beta(k, n + 1 − k) (Vovk 2012). nil where sets have all options.
  package var coverage: ClosedRange<Double>? {
    let rank = Self.rank(rows, miss)
    guard rank <= rows else { return nil }
    let (a, b) = (Double(rank), Double(rows + 1 - rank))
    return BetaQuantile.value(0.05, a, b)...BetaQuantile.value(0.95, a, b)
  }

  /// The options of a row's set, in their order; never none.
  package func set(
    _ probabilities: [Double], question: String, prompt: String, row: Int
  ) -> [Int] {
    let scores = Self.scores(
      probabilities, Self.draw(question, prompt, row, seed), isOrdinal)
    let set = scores.indices.filter { scores[$0] <= threshold }
    guard set.isEmpty else { return set }
    return [probabilities.firstIndex(of: probabilities.max() ?? 0) ?? 0]
  }

  private static func draw(_ question: String, _ prompt: String, _ row: Int, _ seed: UInt64)
    -> Double
  {
    HashedUnit.value(question, prompt, "\(row)", seed: seed)
  }

  /// By option, the probability of all that are taken before it, and a drawn share of its own.
  static func scores(_ probabilities: [Double], _ draw: Double, _ isOrdinal: Bool) -> [Double] {
    let order = isOrdinal ? grown(probabilities) : falling(probabilities)
    var scores = [Double](repeating: 0, count: probabilities.count)
    var sum = 0.0
    for option in order {
      scores[option] = sum + draw * probabilities[option]
      sum += probabilities[option]
    }
    return scores
  }

  private static func falling(_ probabilities: [Double]) -> [Int] {
    probabilities.indices.sorted {
      (-probabilities[$0], $0) < (-probabilities[$1], $1)
    }
  }

  /// From the most probable level to the more probable neighbour of those taken.
  private static func grown(_ probabilities: [Double]) -> [Int] {
    guard let mode = probabilities.firstIndex(of: probabilities.max() ?? 0) else { return [] }
    var order = [mode]
    var (low, high) = (mode, mode)
    while order.count < probabilities.count {
      let below = low > 0 ? probabilities[low - 1] : -1
      let above = high + 1 < probabilities.count ? probabilities[high + 1] : -1
      if below >= above {
        low -= 1
        order.append(low)
      } else {
        high += 1
        order.append(high)
      }
    }
    return order
  }
}
