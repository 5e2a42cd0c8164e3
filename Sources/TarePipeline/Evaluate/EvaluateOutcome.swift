/// What `tare evaluate` found.
package import TareCore
internal import TareEvaluation
internal import TareReport

package struct EvaluateOutcome: Sendable {
  /// One reward model or run.
  package struct Part: Sendable {
    package let name: String?
    let raw: Evaluation
    let calibrated: Evaluation?
    /// How the calibrated scores came to be.
    let calibration: CalibrationStory?
    /// Raw against calibrated.
    let comparison: Comparison?
    /// The scores named by `against` (a) and these (b).
    let against: Comparison?
    /// What those and these are called.
    let sides: (other: String, these: String)
    /// What the two decide differently, with texts where they are known.
    let examples: [DisagreementExample]
    /// What was asked of the numbers.
    let checks: [ConditionCheck]
  }

  package let parts: [Part]
  /// The column whose values the parts are, where it was named and all are of one source.
  let column: String?
  /// What the other scores and those of the first source are called.
  let sides: (other: String, these: String)
  /// Of several parts with one benchmark.
  let leaderboard: Leaderboard?
  /// Of AlpacaEval's models in several variants: the win rate's, and the length-controlled one's.
  var gameability: [(measure: String, families: [Gameability])] {
    guard parts.count > 1, parts.allSatisfy({ $0.raw.benchmark == AlpacaEval.key }) else {
      return []
    }
    let plain = parts.map { ($0.name ?? "", $0.raw.accuracies.overall.value) }
    let controlled = parts.compactMap { part in
      part.raw.accuracies.averages.first { $0.name == AlpacaEval.lengthControlled }
        .map { (part.name ?? "", $0.value.value) }
    }
    return [
      (AlpacaEval.measure, Gameability.families(plain)),
      (AlpacaEval.lengthControlled, Gameability.families(controlled)),
    ].filter { !$0.1.isEmpty }
  }
  /// Sources that could not be evaluated, and why.
  package let failures: [(source: String, error: TareError)]

  /// The conditions that hold, each with its model where there are several, and the numbers.
  package var held: [String] {
    parts.flatMap { part in
      part.checks.filter(\.holds).map { check in
        let model = parts.count > 1 ? part.name.map { "\($0): " } ?? "" : ""
        return "\(model)'\(check.condition.text)' holds: \(check.text)"
      }
    }
  }

  /// The conditions as a JUnit report.
  package var junit: String {
    let evaluated = parts.map { part in
      JUnitReport.Suite(name: part.name ?? part.sides.these, checks: part.checks)
    }
    let failed = failures.map { failure in
      JUnitReport.Suite(name: failure.source, error: failure.error.description)
    }
    return JUnitReport(evaluated + failed).xml
  }

  /// The accuracies as a table: one row per model, raw or calibrated scores, and part of the benchmark.
  package var rows: [JSONObject] {
    parts.flatMap { part in
      [("raw", part.raw), ("calibrated", part.calibrated)].flatMap { kind, evaluation in
        (evaluation?.rows ?? []).map { row in
          var object: JSONObject = [
            "model": part.name.map { .string($0) } ?? .null, "scores": .string(kind),
          ]
          for (key, value) in row.members { object[key] = value }
          return object
        }
      }
    }
  }

  package var json: JSONValue {
    let objects = parts.map { part -> JSONValue in
      var object = part.raw.json.object ?? [:]
      if let name = part.name { object["name"] = .string(name) }
      object["calibrated"] = part.calibrated?.json
      object["raw_against_calibrated"] = part.comparison?.json
      object["calibration"] = part.calibration.map { .string($0.text) }
      if let against = part.against, var comparison = against.json.object {
        comparison["names"] = ["a": .string(part.sides.other), "b": .string(part.sides.these)]
        comparison["left_out"] = against.leftOut.json
        comparison["verdict"] = .string(
          against.verdict(of: part.sides.these, against: part.sides.other))
        if !part.examples.isEmpty {
          comparison["disagreements"] = .array(part.examples.map(\.json))
        }
        object["against"] = .object(comparison)
      }
      if !part.checks.isEmpty { object["fail_if"] = .array(part.checks.map(\.json)) }
      return .object(object)
    }
    guard parts.count != 1 || !failures.isEmpty else { return objects[0] }
    var object: JSONObject = ["parts": .array(objects)]
    object["by"] = column.map { .string($0) }
    object["leaderboard"] = leaderboard?.json
    if !gameability.isEmpty {
      var measures = JSONObject()
      for (measure, families) in gameability { measures[measure] = .array(families.map(\.json)) }
      object["gameability"] = .object(measures)
    }
    if !failures.isEmpty {
      object["failed"] = .array(
        failures.map { ["source": .string($0.source), "error": .string($0.error.description)] })
    }
    return .object(object)
  }
}

extension Evaluation {
  /// One row per part of the benchmark: its total first, then averages, sections and subsets.
  fileprivate var rows: [JSONObject] {
    func row(_ part: String, _ name: String?, _ accuracy: Accuracy) -> JSONObject {
      [
        "benchmark": .string(benchmark), "part": .string(part),
        "name": name.map { .string($0) } ?? .null, "measure": .string(measure),
        "value": .double(accuracy.value), "lower": .double(accuracy.interval.lowerBound),
        "upper": .double(accuracy.interval.upperBound), "n": .int(accuracy.n),
        "ties": .int(accuracy.ties),
      ]
    }
    let parts = [
      ("average", accuracies.averages), ("section", accuracies.sections),
      ("subset", accuracies.subsets),
    ]
    return [row("overall", nil, accuracies.overall)]
      + parts.flatMap { part, named in named.map { row(part, $0.name, $0.value) } }
  }
}
