/// Rows resampled by prompt.
internal import Foundation
internal import TareCore

struct PromptResampling: Sendable {
  /// The prompt of each row.
  private let groupOfRow: [Int]
  let count: Int
  /// How often each prompt is drawn, [resample][prompt].
  private let draws: [[UInt16]]

  /// Percentiles of 2.5% need no more.
  private static let most = 2_000

  init(_ prompts: [String], _ bootstrap: Bootstrap) {
    var places: [ExactText: Int] = [:]
    var groupOfRow: [Int] = []
    for prompt in prompts {
      let next = places.count
      let place = places[ExactText(prompt)] ?? next
      places[ExactText(prompt)] = place
      groupOfRow.append(place)
    }
    self.groupOfRow = groupOfRow
    count = places.count
    var random = Xoshiro256(seed: bootstrap.seed)
    let size = places.count
    draws =
      size < 2
      ? []
      : (0..<min(bootstrap.resamples, Self.most)).map { _ in
        var drawn = [UInt16](repeating: 0, count: size)
        for _ in 0..<size { drawn[random.next(below: size)] &+= 1 }
        return drawn
      }
  }

  /// Means of numbers of rows, each [number][row].
  func means(_ values: [[Double]]) -> [QuestionNumber] {
    let sizes = sums([Double](repeating: 1, count: groupOfRow.count))
    return values.map { values in
      let sums = sums(values)
      return number { weights in
        var (sum, size) = (0.0, 0.0)
        for group in sums.indices {
          sum += weights.prompt(group) * sums[group]
          size += weights.prompt(group) * sizes[group]
        }
        return size > 0 ? sum / size : nil
      }
    }
  }

  /// What each prompt's rows add up to.
  func sums(_ values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for (row, value) in values.enumerated() { sums[groupOfRow[row]] += value }
    return sums
  }

  /// How often rows count in a resample.
  struct Weights {
    fileprivate let groupOfRow: [Int]
    /// nil: each once.
    fileprivate let drawn: [UInt16]?

    func row(_ row: Int) -> Double { prompt(groupOfRow[row]) }
    func prompt(_ prompt: Int) -> Double { drawn.map { Double($0[prompt]) } ?? 1 }
  }

  /// - Parameter formula: nil where there is no such number.
  func number(_ formula: (Weights) -> Double?) -> QuestionNumber {
    let value = formula(Weights(groupOfRow: groupOfRow, drawn: nil)) ?? .nan
    let samples = draws.compactMap { formula(Weights(groupOfRow: groupOfRow, drawn: $0)) }.sorted()
    guard samples.count > 1, samples.count >= draws.count / 2 else {
      return QuestionNumber(value: value, interval: nil)
    }
    return QuestionNumber(
      value: value, interval: samples.quantile(0.025)...samples.quantile(0.975))
  }

  /// 1 − Σ w o / Σ w e with w the squared distance of levels.
  func kappa(_ rows: [AnsweredRow], levels: Int) -> QuestionNumber {
    let pairs = rows.map { (answer: $0.answer, label: $0.label ?? 0) }
    return number { weights in
      var answers = [Double](repeating: 0, count: levels)
      var labels = answers
      var (observed, size) = (0.0, 0.0)
      for (row, pair) in pairs.enumerated() {
        let weight = weights.row(row)
        let distance = Double(pair.answer - pair.label)
        observed += weight * distance * distance
        answers[pair.answer] += weight
        labels[pair.label] += weight
        size += weight
      }
      var expected = 0.0
      for answer in 0..<levels {
        for label in 0..<levels {
          let distance = Double(answer - label)
          expected += distance * distance * answers[answer] * labels[label]
        }
      }
      return size > 0 && expected > 0 ? 1 - observed * size / expected : nil
    }
  }
}
