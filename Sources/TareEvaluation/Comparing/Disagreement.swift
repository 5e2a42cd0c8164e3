/// A trial that two models decide differently.
package import TareCore

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

  static func all(of joint: TrialSheet) -> [Disagreement] {
    let trials = joint.trials
    func margin(_ trial: Int) -> Double {
      trials.margins[trial].isNaN ? 0 : trials.margins[trial]
    }
    var squares = (a: 0.0, b: 0.0)
    var count = 0
    joint.forEachPairedTrial { _, a, b in
      squares.a += margin(a) * margin(a)
      squares.b += margin(b) * margin(b)
      count += 1
    }
    let scale = (rootMean(squares.a, of: count), rootMean(squares.b, of: count))
    // The less sure of the two says how sure both are.
    var found: [(trial: TrialSheet.PairedTrial, sureness: Double)] = []
    joint.forEachPairedTrial { trial in
      guard trials.values[trial.a] != trials.values[trial.b] else { return }
      let sureness = min(abs(margin(trial.a)) / scale.0, abs(margin(trial.b)) / scale.1)
      found.append((trial, sureness))
    }
    return found.sorted { $0.sureness > $1.sureness }.map { trial, _ in
      let stratum = joint.strata[Int(joint.stratumOfPrompt[trial.prompt])]
      return Disagreement(
        promptID: joint.ids[trial.prompt], section: stratum.section, subset: stratum.subset,
        place: Array(trials.place(trial.a)), a: trials.values[trial.a], b: trials.values[trial.b],
        margins: [trials.margins[trial.a], trials.margins[trial.b]].filter { !$0.isNaN })
    }
  }

  private static func rootMean(_ squares: Double, of count: Int) -> Double {
    let mean = squares / Double(max(count, 1))
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
