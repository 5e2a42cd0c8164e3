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
