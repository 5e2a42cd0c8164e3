/// The result of a benchmark: every number with its interval.
package import TareCore

package struct Evaluation: Sendable {
  package let benchmark: String
  /// What is counted, in a word: "pair", "prompt".
  package let trial: String
  /// What the numbers are, in a word: "accuracy", "F1".
  package let measure: String
  package internal(set) var accuracies: Breakdown<Accuracy>
  /// The total as a leaderboard takes it.
  package let total: Total
  /// By which response of the pair is longer; empty where lengths are not known.
  package let byLength: [(relation: LengthRelation, accuracy: Accuracy)]
  /// By how much longer the better response is; nil where lengths are not known.
  package let lengthDeciles: LengthDeciles?
  /// What the scores' differences are worth as probabilities; nil where there are no pairs.
  package let probabilities: BradleyTerryProbabilities?
  package var notes: [String]
  /// How much of the published benchmark this is; nil where there is no such.
  package var coverage: Coverage?
  /// Why the total is not the published number; nil where it may be.
  package var warning: String?

  package init(
    benchmark: String, trial: String, measure: String, accuracies: Breakdown<Accuracy>,
    total: Total, notes: [String]
  ) {
    self.benchmark = benchmark
    self.trial = trial
    self.measure = measure
    self.accuracies = accuracies
    self.total = total
    self.notes = notes
    byLength = []
    lengthDeciles = nil
    probabilities = nil
  }

  init(
    benchmark: String, trial: String, measure: String, sheet: TrialSheet, scheme: Scheme,
    pairs: [ScoredPair], bootstrap: Bootstrap
  ) {
    self.benchmark = benchmark
    self.trial = trial
    self.measure = measure
    notes = scheme.notes
    let quantities = scheme.all
    let overall = scheme.subsets.count + scheme.sections.count
    let wanted = quantities.indices.filter {
      $0 == overall || !sheet.isIndependentShare(quantities[$0].formula)
    }
    let samples = Dictionary(
      uniqueKeysWithValues: zip(
        wanted, bootstrap.samples(of: wanted.map { quantities[$0].formula }, on: sheet)))
    let sums = ColumnSums(sheet)
    total = Total(
      scheme.overall.formula, of: sheet, sums, resamples: samples[overall] ?? [])
    accuracies = Breakdown(
      scheme,
      quantities.enumerated().map { index, quantity in
        Accuracy(quantity, on: sheet, sums, resamples: samples[index])
      })
    byLength = Evaluation.byLength(pairs, bootstrap)
    lengthDeciles = LengthDeciles(pairs, bootstrap)
    probabilities = BradleyTerryProbabilities(pairs, bootstrap)
  }

  private static func byLength(
    _ pairs: [ScoredPair], _ bootstrap: Bootstrap
  ) -> [(relation: LengthRelation, accuracy: Accuracy)] {
    guard pairs.allSatisfy({ $0.lengths != nil }) else { return [] }
    let groups = Dictionary(grouping: pairs) { $0.lengths.map(LengthRelation.init) }
    return LengthRelation.allCases.compactMap { relation in
      groups[relation].map { (relation, Accuracy(of: $0, bootstrap)) }
    }
  }

  package var json: JSONValue {
    var object = accuracies.json(of: benchmark, \.json)
    object["by_length"] = .object(
      JSONObject(byLength.map { ($0.relation.rawValue, $0.accuracy) }, \.json))
    object["length_deciles"] = lengthDeciles?.json
    object["probabilities"] = probabilities?.json
    object["measure"] = .string(measure)
    object["published"] = coverage?.json
    object["warning"] = warning.map { .string($0) }
    object["notes"] = .array(notes.map { .string($0) })
    return .object(object)
  }
}

extension Accuracy {
  /// - Parameter resamples: of the bootstrap; not looked at where Wilson's interval holds.
  fileprivate init(
    _ quantity: Quantity, on sheet: TrialSheet, _ sums: ColumnSums, resamples: [Double]?
  ) {
    let trials = sheet.trials(of: quantity.formula)
    let counted = trials.filter { sheet.columns[$0.column].isCounted }
    // Of a second look at the same scores, the prompts that it looks at.
    let n = counted.isEmpty ? sheet.promptCount(of: quantity.formula) : counted.count
    let ties = counted.count { $0.isTie }
    if sheet.isIndependentShare(quantity.formula) {
      self.init(
        value: quantity.formula.value(sums), n: n, ties: ties,
        interval: Proportion.wilson(trials.count { $0.value == 1 }, of: trials.count),
        method: .wilson, rule: quantity.rule)
      return
    }
    let bootstrapped = ClosedRange(percentilesOf: resamples ?? [])
    // Where all trials are right, or all wrong, no resample differs, and still nothing is sure.
    if bootstrapped.lowerBound == bootstrapped.upperBound,
      let interval = sheet.combinedInterval(of: quantity.formula, sums)
    {
      self.init(
        value: quantity.formula.value(sums), n: n, ties: ties, interval: interval, method: .wilson,
        rule: quantity.rule)
    } else {
      self.init(
        value: quantity.formula.value(sums), n: n, ties: ties, interval: bootstrapped,
        rule: quantity.rule)
    }
  }

  /// The share of correct pairs.
  package init(of pairs: [ScoredPair], _ bootstrap: Bootstrap) {
    let sheet = TrialSheet(pairs: pairs)
    let share = Quantity.share("", of: sheet.strata)
    let isPlain = sheet.isIndependentShare(share.formula)
    self.init(
      share, on: sheet, ColumnSums(sheet),
      resamples: isPlain ? nil : bootstrap.samples(of: [share.formula], on: sheet)[0])
  }
}

extension TrialSheet {
  /// The trials behind a number.
  func trials(of formula: Formula) -> [Trial] {
    var seen: Set<[Int]> = []
    var trials: [Trial] = []
    for mean in formula.means {
      for stratum in mean.strata where seen.insert([mean.column, stratum]).inserted {
        for prompt in strata[stratum].prompts {
          trials += prompts[prompt].trials.filter { $0.column == mean.column }
        }
      }
    }
    return trials
  }

  /// How many prompts are behind a number.
  fileprivate func promptCount(of formula: Formula) -> Int {
    var behind: Set<Int> = []
    for mean in formula.means {
      for stratum in mean.strata {
        behind.formUnion(
          strata[stratum].prompts.filter { prompt in
            prompts[prompt].trials.contains { $0.column == mean.column }
          })
      }
    }
    return behind.count
  }

  /// The interval of a weighted sum of independent shares from Wilson's of each (Zou and Donner 2008: the
  /// distances to the ends add like standard errors); nil for other numbers.
  fileprivate func combinedInterval(
    of formula: Formula, _ sums: ColumnSums
  ) -> ClosedRange<Double>? {
    if isIndependentShare(formula) {
      let trials = trials(of: formula)
      return trials.isEmpty
        ? nil : Proportion.wilson(trials.count { $0.value == 1 }, of: trials.count)
    }
    if case .mean = formula {
      // Several trials of a prompt may all be right together: no more is known than of its prompts.
      let trials = trials(of: formula)
      guard !trials.isEmpty, trials.allSatisfy({ $0.weight == 1 && (0...1).contains($0.value) })
      else { return nil }
      let count = promptCount(of: formula)
      return Proportion.wilson(formula.value(sums) * Double(count), of: count)
    }
    guard case .weightedSum(let parts) = formula else { return nil }
    var below = 0.0
    var above = 0.0
    for part in parts {
      guard part.weight >= 0, let interval = combinedInterval(of: part.of, sums) else { return nil }
      let value = part.of.value(sums)
      below +=
        part.weight * part.weight * (value - interval.lowerBound) * (value - interval.lowerBound)
      above +=
        part.weight * part.weight * (interval.upperBound - value) * (interval.upperBound - value)
    }
    let value = formula.value(sums)
    return value - below.squareRoot()...value + above.squareRoot()
  }

  /// Whether a number is a share of trials that are right or wrong, each with a prompt of its own.
  func isIndependentShare(_ formula: Formula) -> Bool {
    guard case .mean(let column, let members) = formula else { return false }
    return members.allSatisfy { stratum in
      strata[stratum].prompts.allSatisfy { prompt in
        let trials = prompts[prompt].trials.filter { $0.column == column }
        return trials.count < 2 && trials.allSatisfy { $0.value == 0 || $0.value == 1 }
      }
    }
  }
}
