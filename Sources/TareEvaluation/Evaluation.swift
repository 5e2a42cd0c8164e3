/// The result of a benchmark: every number with its interval.
package import TareCore

public struct Evaluation: Sendable {
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
    pairs: ScoredPairs?, bootstrap: Bootstrap
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
    let drawn = bootstrap.samples(of: wanted.map { quantities[$0].formula }, on: sheet)
    let samples = Dictionary(uniqueKeysWithValues: zip(wanted, drawn.samples))
    let sums = ColumnSums(sheet)
    total = Total(
      scheme.overall.formula, of: sheet, sums, resamples: samples[overall] ?? [])
    accuracies = Breakdown(
      scheme,
      quantities.enumerated().map { index, quantity in
        Accuracy(
          quantity, on: sheet, sums, resamples: samples[index].map { ($0, drawn.method) })
      })
    byLength = pairs.map { Evaluation.byLength($0, bootstrap) } ?? []
    lengthDeciles = pairs.flatMap { LengthDeciles($0, bootstrap) }
    probabilities = pairs.flatMap { BradleyTerryProbabilities($0, bootstrap) }
  }

  private static func byLength(
    _ pairs: ScoredPairs, _ bootstrap: Bootstrap
  ) -> [(relation: LengthRelation, accuracy: Accuracy)] {
    guard let relations = pairs.lengthRelations else { return [] }
    return LengthRelation.allCases.compactMap { relation in
      let members = relations.indices.filter { relations[$0] == relation }.map { Int32($0) }
      guard !members.isEmpty else { return nil }
      return (relation, Accuracy(of: pairs, taking: members, bootstrap))
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
    _ quantity: Quantity, on sheet: TrialSheet, _ sums: ColumnSums,
    resamples: (values: [Double], method: IntervalMethod)?
  ) {
    let tally = sheet.tally(of: quantity.formula)
    // Of a second look at the same scores, the prompts that it looks at.
    let n = tally.counted == 0 ? sheet.promptCount(of: quantity.formula) : tally.counted
    if sheet.isIndependentShare(quantity.formula) {
      self.init(
        value: quantity.formula.value(sums), n: n, ties: tally.ties,
        interval: Proportion.wilson(tally.right, of: tally.trials),
        method: .wilson, rule: quantity.rule)
      return
    }
    let bootstrapped = ClosedRange(percentilesOf: resamples?.values ?? [])
    let value = quantity.formula.value(sums)
    // Where all trials are right, or all wrong, or all of one prompt, no resample differs, and still nothing is
    // sure. What is no sum of shares has the interval of one share of so many prompts.
    if bootstrapped.lowerBound == bootstrapped.upperBound,
      let interval = sheet.combinedInterval(of: quantity.formula, sums)
        ?? ((0...1).contains(value) && n > 0
          ? Proportion.wilson(share: value, trials: n, clusters: n) : nil)
    {
      self.init(
        value: value, n: n, ties: tally.ties, interval: interval, method: .wilson,
        rule: quantity.rule)
    } else {
      self.init(
        value: value, n: n, ties: tally.ties, interval: bootstrapped,
        method: resamples?.method ?? .bootstrap, rule: quantity.rule)
    }
  }

  /// The share of correct pairs.
  ///
  /// - Parameter taken: some of the pairs, ascending.
  package init(of pairs: ScoredPairs, taking taken: [Int32], _ bootstrap: Bootstrap) {
    let sheet = TrialSheet(pairs: pairs, taking: taken, sections: nil, hasPlaces: false)
    let share = Quantity.share("", of: sheet.strata)
    guard !sheet.isIndependentShare(share.formula) else {
      self.init(share, on: sheet, ColumnSums(sheet), resamples: nil)
      return
    }
    // Parts of the same pairs are not set beside another model's, and all are drawn alike.
    var bootstrap = bootstrap
    bootstrap.isPaired = false
    let drawn = bootstrap.samples(
      of: [share.formula], on: sheet, amongPrompts: pairs.promptCount)
    self.init(
      share, on: sheet, ColumnSums(sheet), resamples: (drawn.samples[0], drawn.method))
  }
}

extension TrialSheet {
  /// What the trials behind a number come to.
  struct Tally {
    var trials = 0
    /// Those of columns that count as trials of their own.
    var counted = 0
    /// Of the counted ones.
    var ties = 0
    /// Those of the value 1.
    var right = 0
    /// Whether all lie from 0 to 1 and count alike.
    var areShares = true
  }

  /// - Parameter action: is given each trial behind the number once.
  private func forEachTrial(of formula: Formula, _ action: (Int) -> Void) {
    var seen: Set<[Int]> = []
    for mean in formula.means {
      for stratum in mean.strata where seen.insert([mean.column, stratum]).inserted {
        for prompt in strata[stratum].prompts {
          for trial in trialRange(prompt) where Int(trials.columns[trial]) == mean.column {
            action(trial)
          }
        }
      }
    }
  }

  func tally(of formula: Formula) -> Tally {
    var tally = Tally()
    forEachTrial(of: formula) { trial in
      tally.trials += 1
      if columns[Int(trials.columns[trial])].isCounted {
        tally.counted += 1
        if trials.ties[trial] { tally.ties += 1 }
      }
      if trials.values[trial] == 1 { tally.right += 1 }
      if trials.weight(trial) != 1 || !(0...1).contains(trials.values[trial]) {
        tally.areShares = false
      }
    }
    return tally
  }

  /// How many prompts are behind a number.
  fileprivate func promptCount(of formula: Formula) -> Int {
    var isBehind = [Bool](repeating: false, count: ids.count)
    for mean in formula.means {
      for stratum in mean.strata {
        for prompt in strata[stratum].prompts
        where trialRange(prompt).contains(where: { Int(trials.columns[$0]) == mean.column }) {
          isBehind[prompt] = true
        }
      }
    }
    return isBehind.count { $0 }
  }

  /// The interval of a weighted sum of independent shares from Wilson's of each (Zou and Donner 2008: the
  /// distances to the ends add like standard errors); nil for other numbers.
  fileprivate func combinedInterval(
    of formula: Formula, _ sums: ColumnSums
  ) -> ClosedRange<Double>? {
    if isIndependentShare(formula) {
      let tally = tally(of: formula)
      return tally.trials == 0 ? nil : Proportion.wilson(tally.right, of: tally.trials)
    }
    if case .mean = formula {
      // Several trials of a prompt may all be right together: no more is known than of its prompts.
      let tally = tally(of: formula)
      guard tally.trials > 0, tally.areShares else { return nil }
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
        var count = 0
        for trial in trialRange(prompt) where Int(trials.columns[trial]) == column {
          count += 1
          guard count < 2, trials.values[trial] == 0 || trials.values[trial] == 1 else {
            return false
          }
        }
        return true
      }
    }
  }
}
