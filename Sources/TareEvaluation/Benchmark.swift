/// What a benchmark is: rules by which scored responses become numbers.
package import TareCore

package protocol Benchmark: Registered {
  /// Whether rows of these subsets look like its data; the first benchmark of the registry that
  /// says so is taken where the user names none.
  static func recognises(subsets: Set<String>) -> Bool

  /// - Throws: `TareError.badData` that names row, prompt or subset.
  static func evaluate(
    _ responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation

  /// Sets two score columns of the same responses side by side; responses are matched by prompt
  /// and index, never by row.
  static func compare(
    _ a: [ScoredResponse], _ b: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Comparison
}

package struct EvaluationOptions: Sendable {
  package var bootstrap: Bootstrap
  /// The covariate that holds a response's length.
  package var length: String

  package init(bootstrap: Bootstrap, length: String = "length") {
    self.bootstrap = bootstrap
    self.length = length
  }
}
