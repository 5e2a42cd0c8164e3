/// How hard each instruction is, where nobody publishes it: fitted together with the models.
internal import Foundation

/// The γ of the length-controlled win rate from the judgements at hand.
///
/// Weights of the models and difficulties are fitted in turn: the models' as in `LengthControl`, each
/// γ by penalised maximum likelihood over the models with the prior γ ~ N(0, 1); after each round γ
/// is brought to mean 0 and standard deviation 1. The more models, the better.
enum InstructionDifficulty {
  /// Rounds at most.
  static let mostRounds = 100

  /// - Returns: [instruction], 0 for all where they cannot be told apart; and whether the last round moved
  ///   none of them by more than matters.
  static func estimate(
    _ models: [LengthControl.Rows], instructions: Int, mostRounds: Int = mostRounds
  ) -> (difficulties: [Double], didConverge: Bool) {
    // The baseline against itself says nothing.
    let models = models.filter { !$0.isAlike }
    var difficulties = standardised(logitsOfMeans(models, instructions))
    guard !models.isEmpty, difficulties.contains(where: { $0 != 0 }) else {
      return (difficulties, true)
    }
    var weights = models.map { _ in LengthControl.Weights.gamed }
    for _ in 0..<mostRounds {
      let control = LengthControl(difficulties: difficulties)
      for (index, rows) in models.enumerated() {
        let ones = [Double](repeating: 1, count: rows.count)
        weights[index] = control.fit(rows, counts: ones, from: weights[index])
      }
      let next = standardised(update(difficulties, models, weights))
      let change = zip(difficulties, next).reduce(0) { max($0, abs($1.0 - $1.1)) }
      difficulties = next
      // Below this no win rate changes in its second decimal.
      if change < 1e-4 { return (difficulties, true) }
    }
    return (difficulties, false)
  }

  /// Where the fit begins, [instruction].
  private static func logitsOfMeans(
    _ models: [LengthControl.Rows], _ instructions: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: instructions)
    var counts = [Double](repeating: 0, count: instructions)
    for rows in models {
      for (instruction, preference) in zip(rows.instructions, rows.preferences) {
        sums[instruction] += preference
        counts[instruction] += 1
      }
    }
    return zip(sums, counts).map { sum, count in
      let mean = count > 0 ? min(max(sum / count, 0.001), 0.999) : 0.5
      return log(mean / (1 - mean))
    }
  }

  /// Newton's method for every γ at once, the models' weights held, [instruction].
  private static func update(
    _ difficulties: [Double], _ models: [LengthControl.Rows], _ weights: [LengthControl.Weights]
  ) -> [Double] {
    var difficulties = difficulties
    for _ in 0..<20 {
      // The prior's part.
      var gradient = difficulties
      var curvature = [Double](repeating: 1, count: difficulties.count)
      for (rows, weights) in zip(models, weights) {
        let slope = weights.difficulty
        for row in 0..<rows.count {
          let instruction = rows.instructions[row]
          let logit =
            weights.model + weights.length * rows.lengths[row] + slope * difficulties[instruction]
          let mean = 1 / (1 + exp(-logit))
          gradient[instruction] += slope * (mean - rows.preferences[row])
          curvature[instruction] += slope * slope * mean * (1 - mean)
        }
      }
      var largest = 0.0
      for instruction in difficulties.indices {
        let step = min(max(gradient[instruction] / curvature[instruction], -2), 2)
        difficulties[instruction] -= step
        largest = max(largest, abs(step))
      }
      if largest < 1e-6 { break }
    }
    return difficulties
  }

  private static func standardised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = values.sampleDeviation
    return values.map { deviation > 0 ? ($0 - mean) / deviation : 0 }
  }
}
