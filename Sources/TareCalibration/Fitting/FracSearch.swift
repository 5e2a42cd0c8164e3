/// The share of the points in a method's local fits, chosen by prompts that were left out.
package import TareCore
internal import TareNumerics

/// Candidates and their errors on held-out prompts, five folds.
///
/// The error is what a score has beyond the bias that fits to other prompts give it: squared without robustness
/// iterations, else absolute. Where prompts have several responses and the method's curve is one within prompts
/// (`within-prompt`, and `auto`, which uses that curve), residuals are taken less their mean in the prompt.
package struct FracSearch: Sendable, Hashable {
  package struct Candidate: Sendable, Hashable {
    package let frac: Double
    package let error: Double
  }

  package let candidates: [Candidate]
  package let frac: Double
  /// Rows that were looked at.
  package let rows: Int

  private static let fracs = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 2.0 / 3, 0.8, 0.9, 1]
  /// Of more rows, whole prompts are drawn.
  private static let mostRows = 50_000

  /// - Parameters:
  ///   - key: of a method with the option `frac`.
  ///   - options: the method's others.
  /// - Throws: `TareError.usage` for a method without that option, and for a table without prompts.
  package init(
    _ key: String, _ options: CalibratorOptions, _ given: CalibrationTable
  ) throws(TareError) {
    let type = try Calibrators.registry.entry(for: key)
    guard type.options.contains(.frac) else {
      throw .usage("method \(key) has no option frac")
    }
    guard given.prompts != nil else {
      throw .usage(
        "frac auto requires prompts: a column that groups the responses to one prompt")
    }
    let whole = given.canonical().table
    let table = whole.sample(atMost: Self.mostRows)?.table ?? whole
    let isWithin = [AutoCalibrator.key, WithinPromptCalibrator.key].contains(key)
    var candidates: [Candidate] = []
    for frac in Self.fracs {
      var options = options
      options.frac = frac
      // auto chooses between curves and how much of one; the curve within prompts is what frac is for.
      if key == AutoCalibrator.key { options.assume = nil }
      let method = try Calibrators.calibrator(
        key == AutoCalibrator.key ? WithinPromptCalibrator.key : key, options)
      let biases = try method.outOfFoldBiases(table.withoutLabelsUnless(type.needsLabels))
      let error = Self.error(
        table, biases, isWithin: isWithin, isSquared: options.it == 0)
      candidates.append(Candidate(frac: frac, error: error))
    }
    self.candidates = candidates
    rows = table.count
    // Of equal errors the smoother curve.
    frac = candidates.reversed().min { $0.error < $1.error }?.frac ?? 1
  }

  private static func error(
    _ table: CalibrationTable, _ biases: [Double], isWithin: Bool, isSquared: Bool
  ) -> Double {
    let left = zip(table.scores, biases).map { $0 - $1 }
    var residuals = left
    if isWithin, let prompts = table.prompts {
      residuals = PromptClusters(prompts).centred(left)
    }
    guard !residuals.isEmpty else { return 0 }
    return residuals.reduce(0) { $0 + (isSquared ? $1 * $1 : abs($1)) } / Double(residuals.count)
  }

  package var json: JSONValue {
    [
      "rule": "folds", "folds": .int(Folds.usual), "rows": .int(rows), "frac": .double(frac),
      "candidates": .array(
        candidates.map { ["frac": .double($0.frac), "error": .double($0.error)] }),
    ]
  }
}

extension CalibrationTable {
  fileprivate func withoutLabelsUnless(_ needed: Bool) -> CalibrationTable {
    needed ? self : withoutLabels
  }
}
