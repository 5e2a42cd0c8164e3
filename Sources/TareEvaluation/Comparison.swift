/// Two score columns on the same prompts: how much they differ, and whether that may be chance.
package import TareCore

package struct Comparison: Sendable {
  package let benchmark: String
  /// What is counted, in a word: "pair", "prompt".
  package let trial: String
  package let differences: Breakdown<Difference>
  /// The trials that one has right and the other wrong, those first of which both are surest.
  package let disagreements: [Disagreement]
  package let agreement: Agreement

  package init(
    benchmark: String, trial: String, differences: Breakdown<Difference>,
    disagreements: [Disagreement] = [], agreement: Agreement = Agreement()
  ) {
    self.benchmark = benchmark
    self.trial = trial
    self.differences = differences
    self.disagreements = disagreements
    self.agreement = agreement
  }

  /// - Parameter joint: the second model's columns behind those of the first.
  init(
    benchmark: String, trial: String, joint: TrialSheet, scheme: Scheme, bootstrap: Bootstrap
  ) {
    let half = joint.columns.count / 2
    let quantities = scheme.all
    let formulas = quantities.map { quantity in
      Formula.weightedSum([
        (1, quantity.formula.shifted(by: half)), (-1, quantity.formula),
      ])
    }
    let samples = bootstrap.samples(of: formulas, on: joint)
    let sums = ColumnSums(joint)
    let values = zip(quantities.indices, zip(formulas, samples)).map { index, number in
      let first = quantities[index].formula
      let trials = joint.pairedTrials(of: first)
      let gained = trials.count { $0.b.value > $0.a.value }
      let lost = trials.count { $0.b.value < $0.a.value }
      let isShare =
        joint.isIndependentShare(first)
        && joint.isIndependentShare(first.shifted(by: half))
      return Difference(
        a: first.value(sums), b: first.shifted(by: half).value(sums), n: trials.count,
        interval: ClosedRange(percentilesOf: number.1), gained: gained, lost: lost,
        p: isShare
          ? Proportion.mcNemar(gained: gained, lost: lost)
          : PairedPermutation(
            differences: zip(
              joint.contributions(to: first.shifted(by: half), sums),
              joint.contributions(to: first, sums)
            ).map(-), seed: bootstrap.seed
          ).p,
        test: isShare ? .mcNemar : .permutation)
    }
    var differences = Breakdown(scheme, values)
    let adjusted = BenjaminiHochberg.adjusted(differences.subsets.map(\.value.p))
    for (index, q) in adjusted.enumerated() { differences.subsets[index].value.q = q }
    self.init(
      benchmark: benchmark, trial: trial, differences: differences,
      disagreements: Disagreement.all(of: joint), agreement: Agreement(of: joint))
  }

  package var json: JSONValue {
    var object = differences.json(of: benchmark, \.json)
    object["agreement"] = agreement.json
    return .object(object)
  }
}

/// What changes in one number from one score column to another.
package struct Difference: Sendable, Hashable {
  package enum Test: String, Sendable {
    /// Exact, on the trials that only one has right.
    case mcNemar = "mcnemar"
    /// The two models exchanged prompt by prompt.
    case permutation
  }

  /// The accuracies.
  package let a: Double
  package let b: Double
  /// Trials.
  package let n: Int
  /// 95% interval of b − a, from a bootstrap over prompts.
  package let interval: ClosedRange<Double>
  /// Trials in which b does better.
  package let gained: Int
  /// Trials in which a does better.
  package let lost: Int
  /// Two-sided p value.
  package let p: Double
  package let test: Test
  /// Of a subset: p adjusted for the number of subsets after Benjamini and Hochberg.
  package var q: Double?

  package init(
    a: Double, b: Double, n: Int, interval: ClosedRange<Double>, gained: Int, lost: Int, p: Double,
    test: Test
  ) {
    self.a = a
    self.b = b
    self.n = n
    self.interval = interval
    self.gained = gained
    self.lost = lost
    self.p = p
    self.test = test
  }

  /// b − a.
  package var value: Double { b - a }

  package var json: JSONValue {
    var object: JSONObject = [
      "a": .double(a), "b": .double(b), "difference": .double(value), "interval": interval.json,
      "n": .int(n), "gained": .int(gained), "lost": .int(lost), "p": .double(p),
      "test": .string(test.rawValue),
    ]
    object["q"] = q.map { .double($0) }
    return .object(object)
  }
}

/// How often two models are right together.
package struct Agreement: Sendable, Hashable {
  package var bothRight = 0
  package var onlyA = 0
  package var onlyB = 0
  package var bothWrong = 0

  package init() {}

  /// Right is more than a half: a shared place is not, and a preference may be less than sure.
  fileprivate init(of joint: TrialSheet) {
    for (_, a, b) in joint.allPairedTrials {
      switch (a.value > 0.5, b.value > 0.5) {
      case (true, true): bothRight += 1
      case (true, false): onlyA += 1
      case (false, true): onlyB += 1
      case (false, false): bothWrong += 1
      }
    }
  }

  package var json: JSONValue {
    [
      "both_right": .int(bothRight), "only_a": .int(onlyA), "only_b": .int(onlyB),
      "both_wrong": .int(bothWrong),
    ]
  }
}

/// A trial that two models decide differently.
package struct Disagreement: Sendable, Hashable {
  package let promptID: String
  package let section: String?
  package let subset: String?
  /// Where among the prompt's responses.
  package let place: [Int]
  package let a: Double
  package let b: Double
  /// What each model's right response scores above the wrong one.
  package let margins: [Double]

  fileprivate static func all(of joint: TrialSheet) -> [Disagreement] {
    let trials = joint.allPairedTrials
    let scale = (
      rootMeanSquare(trials.map { $0.a.margin ?? 0 }),
      rootMeanSquare(trials.map { $0.b.margin ?? 0 })
    )
    // The less sure of the two says how sure both are.
    func sureness(_ a: Trial, _ b: Trial) -> Double {
      min(abs(a.margin ?? 0) / scale.0, abs(b.margin ?? 0) / scale.1)
    }
    return trials.filter { $0.a.value != $0.b.value }
      .map { ($0, sureness($0.a, $0.b)) }
      .sorted { $0.1 > $1.1 }
      .map { trial, _ in
        Disagreement(
          promptID: trial.prompt.id, section: trial.prompt.section, subset: trial.prompt.subset,
          place: trial.a.place, a: trial.a.value, b: trial.b.value,
          margins: [trial.a.margin, trial.b.margin].compactMap(\.self))
      }
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double {
    let mean = values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))
    return mean > 0 ? mean.squareRoot() : 1
  }

  package var json: JSONValue {
    var object: JSONObject = ["id": .string(promptID)]
    object["section"] = section.map { .string($0) }
    object["subset"] = subset.map { .string($0) }
    object["responses"] = .array(place.map { .int($0) })
    object["a"] = .double(a)
    object["b"] = .double(b)
    if margins.count == 2 {
      object["margin_a"] = .double(margins[0])
      object["margin_b"] = .double(margins[1])
    }
    return .object(object)
  }
}

// MARK: - Trials side by side

extension TrialSheet {
  fileprivate typealias PairedTrial = (prompt: TriedPrompt, a: Trial, b: Trial)

  /// The counted trials of a joint sheet, those of both models side by side.
  fileprivate var allPairedTrials: [PairedTrial] {
    return prompts.flatMap { prompt in
      prompt.paired.filter { columns[$0.a.column].isCounted }.map { (prompt, $0.a, $0.b) }
    }
  }

  /// The counted trials of both models behind a number of the first one's columns.
  fileprivate func pairedTrials(of formula: Formula) -> [PairedTrial] {
    var seen: Set<[Int]> = []
    return formula.means.flatMap { mean in
      mean.strata.filter { seen.insert([mean.column, $0]).inserted }.flatMap { stratum in
        strata[stratum].prompts.flatMap { position in
          prompts[position].paired
            .filter { $0.a.column == mean.column && columns[mean.column].isCounted }
            .map { (prompts[position], $0.a, $0.b) }
        }
      }
    }
  }
}
