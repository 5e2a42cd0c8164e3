/// What regressions on the experts' shares say of responses that they were not fitted on.

/// Five folds of whole prompts; each fold's responses are predicted from all others, with the penalty that
/// generalised cross-validation finds in these others alone.
struct HeldOutPredictions {
  static let folds = 5

  /// The score; nil without scores.
  private(set) var score: [Double]?
  private(set) var length: [Double]
  /// What the shares add to the score beside length, K α of score ≈ length · β + K α; nil without scores.
  private(set) var routing: [Double]?

  /// Prompts are dealt to folds in turn; they stand in the order of a hash.
  init(_ responses: CentredResponses) {
    let none = [Double](repeating: 0, count: responses.count)
    length = none
    score = responses.score.map { _ in none }
    routing = score
    let gram = responses.gram
    let folds = min(Self.folds, responses.prompts.count)
    for fold in 0..<folds {
      let prompts = responses.prompts.indices
      let inside = prompts.filter { $0 % folds == fold }.flatMap { responses.prompts[$0] }
      let others = prompts.filter { $0 % folds != fold }
      let outside = others.flatMap { responses.prompts[$0] }
      predict(
        inside, from: TrainingRows(outside, prompts: others.count, gram: gram, of: responses))
    }
  }

  private mutating func predict(_ rows: [Int], from training: TrainingRows) {
    let (length, score) = (training.length, training.score)
    training.predict(rows, training.ridge.fit(length), into: &self.length)
    guard let score, var scores = self.score, var routings = routing else { return }
    training.predict(rows, training.ridge.fit(score), into: &scores)
    training.predict(rows, training.ridge.fit(score, beside: length), into: &routings)
    self.score = scores
    routing = routings
  }
}

/// The responses that a fold is predicted from.
private struct TrainingRows {
  let rows: [Int]
  let ridge: KernelRidge
  let length: [Double]
  let score: [Double]?
  /// Of all responses, [count, count].
  let gram: [Double]
  let count: Int

  init(_ rows: [Int], prompts: Int, gram: [Double], of responses: CentredResponses) {
    self.rows = rows
    self.gram = gram
    let count = responses.count
    self.count = count
    let inside = rows.flatMap { row in rows.map { gram[row * count + $0] } }
    ridge = KernelRidge(gram: inside, size: rows.count, prompts: prompts)
    length = rows.map { responses.length[$0] }
    score = responses.score.map { score in rows.map { score[$0] } }
  }

  /// Σ K α at other rows.
  func predict(_ others: [Int], _ weights: [Double], into predictions: inout [Double]) {
    for row in others {
      predictions[row] = zip(rows, weights).reduce(0) {
        $0 + gram[row * count + $1.0] * $1.1
      }
    }
  }
}
