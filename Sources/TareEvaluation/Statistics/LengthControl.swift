/// The fit behind the length-controlled win rate: three weights a model.
internal import Foundation

/// Penalised maximum likelihood of logit = θ + φ t + ψ γ for preferences in [0, 1].
///
/// alpaca_eval adds to each model's rows those of two gamed baselines (the baseline told to be
/// concise and to be verbose, against itself), which carry φ and ψ but not θ, with a weight of 0.2
/// for both together. Those rows are not shipped, but the weights published for the two baselines
/// are. So a quadratic penalty takes their place: its centre is the mean of the two published
/// weights, its curvature the information of the missing rows at a preference of ½,
/// 0.2 · N · ¼ · E[x²]. alpaca_eval's own L1 penalty, chosen by cross-validation, is left out: it is
/// weak beside 805 rows.
///
/// Where nothing is known of difficulty, θ is of the average instruction and nearer to 0 than those of
/// single ones, and so must φ be: then the penalty on φ is centred on 0, with a curvature of 10, the one of
/// 1, 5, 10, 20 and 40 that came nearest to 39 published values.
struct LengthControl {
  /// γ, [instruction].
  let difficulties: [Double]
  /// Curvatures of the penalties on φ and ψ.
  private let lengthPenalty: Double
  private let difficultyPenalty: Double
  /// Where the penalties are 0.
  private let centre: Weights

  struct Weights: Hashable {
    /// θ
    var model: Double
    /// φ
    var length: Double
    /// ψ
    var difficulty: Double

    /// Whether no weight differs by as much; false for what is no number.
    func isWithin(_ distance: Double, of other: Weights) -> Bool {
      abs(model - other.model) < distance && abs(length - other.length) < distance
        && abs(difficulty - other.difficulty) < distance
    }

    /// The gamed baselines': of gpt4_1106_preview_verbose and gpt4_1106_preview_concise, −1.5835 and
    /// −1.6425 for length (there of baseline − model), 0.8335 and 0.6836 for difficulty
    /// (length_controlled_v1/baseline_gpt4_1106_preview.csv of alpaca_eval).
    static let gamed = Weights(model: 0, length: 1.6130, difficulty: 0.7585)
  }

  /// A judge's preferences for one model as the fit needs them.
  struct Rows {
    /// Position of each row's instruction, [row].
    let instructions: [Int]
    /// From 0 (the baseline's output is better) to 1, [row].
    let preferences: [Double]
    /// tanh(Δ / sd(Δ)), [row]; 0 where all Δ are alike and so sd(Δ) is 0.
    let lengths: [Double]
    /// Whether every output is as long as the baseline's.
    let isAlike: Bool

    /// - Parameter differences: how much longer the model's output is than the baseline's, [row].
    init(instructions: [Int], preferences: [Double], differences: [Double]) {
      self.instructions = instructions
      self.preferences = preferences
      let deviation = differences.sampleDeviation
      lengths = differences.map { deviation > 0 ? tanh($0 / deviation) : 0 }
      isAlike = differences.allSatisfy { $0 == 0 }
    }

    var count: Int { preferences.count }
  }

  init(difficulties: [Double]) {
    self.difficulties = difficulties
    let count = Double(difficulties.count)
    let meanSquare = difficulties.reduce(0) { $0 + $1 * $1 } / count
    guard meanSquare > 0 else {
      // ψ has no effect then; any curvature keeps it in place.
      (lengthPenalty, difficultyPenalty) = (10, 1)
      centre = Weights(model: 0, length: 0, difficulty: 0)
      return
    }
    let gamedWeight = 0.2
    // E[tanh²(z)] of a standard normal z.
    lengthPenalty = gamedWeight * count / 4 * 0.394
    difficultyPenalty = gamedWeight * count / 4 * meanSquare
    centre = .gamed
  }

  /// Steps of Newton's method at most.
  static let mostSteps = 50

  func fit(_ rows: Rows, counts: [Double], from start: Weights = .gamed) -> Weights {
    search(rows, counts: counts, from: start).weights
  }

  /// Newton's method.
  ///
  /// - Parameter counts: how often each row counts, [row].
  /// - Returns: the weights, and whether the last step moved none of them.
  func search(
    _ rows: Rows, counts: [Double], from start: Weights = .gamed
  ) -> (weights: Weights, didConverge: Bool) {
    var weights = start
    for _ in 0..<Self.mostSteps {
      var system = NormalEquations()
      system.addPenalty(1, lengthPenalty, weights.length - centre.length)
      system.addPenalty(2, difficultyPenalty, weights.difficulty - centre.difficulty)
      for row in 0..<rows.count where counts[row] > 0 {
        let length = rows.lengths[row]
        let difficulty = difficulties[rows.instructions[row]]
        let logit = weights.model + weights.length * length + weights.difficulty * difficulty
        let mean = 1 / (1 + exp(-logit))
        system.add(
          length, difficulty, residual: counts[row] * (mean - rows.preferences[row]),
          weight: counts[row] * mean * (1 - mean))
      }
      let step = system.solution()
      let before = weights
      // A model that never wins has θ = −∞: at ±30 its win rate is 0 or 100 to the last digit.
      weights.model = min(max(weights.model - step.0, -30), 30)
      weights.length -= step.1
      weights.difficulty -= step.2
      // Newton's error is squared from step to step.
      if weights.isWithin(1e-7, of: before) { return (weights, true) }
    }
    return (weights, false)
  }

  /// Preferences at equal lengths, [row].
  func predictions(_ rows: Rows, _ weights: Weights) -> [Double] {
    if rows.isAlike { return rows.preferences }
    return rows.instructions.map { instruction in
      1 / (1 + exp(-weights.model - weights.difficulty * difficulties[instruction]))
    }
  }

  /// - Parameter counts: how often each row counts, [row].
  /// - Returns: from 0 to 1.
  func winRate(_ rows: Rows, _ weights: Weights, counts: [Double]) -> Double {
    zip(counts, predictions(rows, weights)).reduce(0) { $0 + $1.0 * $1.1 } / counts.reduce(0, +)
  }
}

/// Gradient and information of the three weights.
private struct NormalEquations {
  private var gradient = (0.0, 0.0, 0.0)
  /// Lower triangle; the least entry keeps θ's from vanishing where all preferences are 0 or 1.
  private var h00 = 1e-10
  private var h10 = 0.0
  private var h11 = 0.0
  private var h20 = 0.0
  private var h21 = 0.0
  private var h22 = 0.0

  mutating func addPenalty(_ weight: Int, _ curvature: Double, _ distance: Double) {
    if weight == 1 {
      gradient.1 += curvature * distance
      h11 += curvature
    } else {
      gradient.2 += curvature * distance
      h22 += curvature
    }
  }

  mutating func add(_ length: Double, _ difficulty: Double, residual: Double, weight: Double) {
    gradient.0 += residual
    gradient.1 += residual * length
    gradient.2 += residual * difficulty
    h00 += weight
    h10 += weight * length
    h11 += weight * length * length
    h20 += weight * difficulty
    h21 += weight * difficulty * length
    h22 += weight * difficulty * difficulty
  }

  /// By Cholesky's L D Lᵀ, each component kept within ±2: from afar Newton's full step overshoots.
  func solution() -> (Double, Double, Double) {
    let l10 = h10 / h00
    let l20 = h20 / h00
    let d1 = h11 - l10 * h10
    let l21 = (h21 - l20 * h10) / d1
    let d2 = h22 - l20 * h20 - l21 * l21 * d1
    let y1 = gradient.1 - l10 * gradient.0
    let y2 = gradient.2 - l20 * gradient.0 - l21 * y1
    let x2 = y2 / d2
    let x1 = y1 / d1 - l21 * x2
    let x0 = gradient.0 / h00 - l10 * x1 - l20 * x2
    return (min(max(x0, -2), 2), min(max(x1, -2), 2), min(max(x2, -2), 2))
  }
}

extension [Double] {
  /// Standard deviation of a sample, with n − 1; 0 for fewer than two values.
  var sampleDeviation: Double {
    guard count > 1 else { return 0 }
    let mean = reduce(0, +) / Double(count)
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }
}
