/// Two score columns on the same prompts: how much they differ, and whether that may be chance.
package import TareCore

package struct Comparison: Sendable {
  package let benchmark: String
  /// What is counted, in a word: "pair", "prompt".
  package let trial: String
  /// What the numbers are, in a word: "accuracy", "F1".
  package let measure: String
  package private(set) var differences: Breakdown<Difference>
  /// The trials that one has right and the other wrong, those first of which both are surest.
  package let disagreements: [Disagreement]
  package let agreement: Agreement
  /// What was not compared, since one side lacks it.
  package var leftOut = CommonPrompts.LeftOut()
  /// Of raw with calibrated scores: what the calibration knew of the labels that judge it here.
  package var labelUse: LabelUse? {
    didSet {
      if labelUse == .inSample || labelUse == .unknown { differences = differences.map(\.untested) }
    }
  }

  package init(
    benchmark: String, trial: String, measure: String = "accuracy",
    differences: Breakdown<Difference>,
    disagreements: [Disagreement] = [], agreement: Agreement = Agreement()
  ) {
    self.benchmark = benchmark
    self.trial = trial
    self.measure = measure
    self.differences = differences
    self.disagreements = disagreements
    self.agreement = agreement
  }

  /// - Parameter joint: the second model's columns behind those of the first.
  init(
    benchmark: String, trial: String, measure: String, joint: TrialSheet, scheme: Scheme,
    bootstrap: Bootstrap
  ) {
    let half = joint.columns.count / 2
    let quantities = scheme.all
    let formulas = quantities.map { quantity in
      Formula.weightedSum([
        (1, quantity.formula.shifted(by: half)), (-1, quantity.formula),
      ])
    }
    let drawn = bootstrap.samples(of: formulas, on: joint)
    let sums = ColumnSums(joint)
    let values = ParallelParts.map(threads: 2, count: quantities.count) { index in
      let first = quantities[index].formula
      var (count, gained, lost) = (0, 0, 0)
      joint.forEachPairedTrial(of: first) { _, a, b in
        count += 1
        if joint.trials.values[b] > joint.trials.values[a] { gained += 1 }
        if joint.trials.values[b] < joint.trials.values[a] { lost += 1 }
      }
      let isShare =
        joint.isIndependentShare(first)
        && joint.isIndependentShare(first.shifted(by: half))
      return Difference(
        a: first.value(sums), b: first.shifted(by: half).value(sums), n: count,
        interval: ClosedRange(percentilesOf: drawn.samples[index]), gained: gained, lost: lost,
        p: isShare
          ? Proportion.mcNemar(gained: gained, lost: lost)
          : PairedPermutation(
            differences: zip(
              joint.contributions(to: first.shifted(by: half), sums),
              joint.contributions(to: first, sums)
            ).map(-), seed: bootstrap.seed
          ).p,
        test: isShare ? .mcNemar : .permutation,
        method: drawn.method)
    }
    var differences = Breakdown(scheme, values)
    let adjusted = BenjaminiHochberg.adjusted(differences.subsets.map(\.value.p))
    for (index, q) in adjusted.enumerated() { differences.subsets[index].value.q = q }
    self.init(
      benchmark: benchmark, trial: trial, measure: measure, differences: differences,
      disagreements: Disagreement.all(of: joint), agreement: Agreement(of: joint))
  }

  package var json: JSONValue {
    var object = differences.json(of: benchmark, \.json)
    object["agreement"] = agreement.json
    object["left_out"] = leftOut.isEmpty ? nil : leftOut.json
    object["labels"] = labelUse.map { .string($0.rawValue) }
    return .object(object)
  }
}
