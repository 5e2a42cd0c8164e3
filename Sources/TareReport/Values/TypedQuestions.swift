/// Typed questions as a report shows them: what `tare decide --audit --json` and `tare evaluate
/// --probabilities --json` print.
package import TareCore

package struct TypedQuestions: Sendable {
  /// A number with its 95% interval, where it has one.
  package struct Estimate: Sendable, Hashable {
    let value: Double
    let interval: ClosedRange<Double>?

    var percent: String {
      "\(value.percent)%" + (interval.map { " (\($0.percent))" } ?? "")
    }

    var fixed: String {
      value.fixed(3)
        + (interval.map { " (\($0.lowerBound.fixed(3))–\($0.upperBound.fixed(3)))" } ?? "")
    }
  }

  /// A question that was tested on its own data.
  package struct Audited: Sendable {
    let name: String
    let type: String
    let verdict: String
    let reasons: [String]
    /// How often an option that is listed first wins by chance.
    let chance: Double
    let estimates: [String: Estimate]
  }

  /// A question whose probabilities were compared with labels.
  package struct Judged: Sendable {
    /// The file, raw or calibrated, and the question.
    let title: String
    let isCalibrated: Bool
    let rows: Int
    let majority: Double
    /// By the name of the measure.
    let metrics: [String: Estimate]
    let error: Double
    let errorByChance: Double
    let p: Double
    let bins: [(confidence: Double, accuracy: Double, rows: Int)]
    /// From the surest answers on.
    let coverage: [(coverage: Double, risk: Double)]
  }

  /// The model or file.
  package let name: String
  let audited: [Audited]
  let judged: [Judged]

  /// - Returns: nil for JSON of another kind.
  /// - Throws: `TareError.badData` for members that such output does not have.
  package init?(_ json: JSONValue) throws(TareError) {
    if let models = json["models"]?.array, let first = models.first {
      name = first["source"]?.string ?? "answers"
      audited = []
      var judged: [Judged] = []
      for model in models {
        for question in model["questions"]?.array ?? [] {
          judged.append(try Judged(question, of: model))
        }
      }
      self.judged = judged
    } else if let questions = json["questions"]?.array, json["asked"] != nil {
      name = json["model"]?.string ?? "model"
      judged = []
      audited = try questions.map { (question) throws(TareError) in try Audited(question) }
    } else {
      return nil
    }
  }
}

extension TypedQuestions.Estimate {
  /// - Returns: nil for what was not measured.
  fileprivate init?(_ json: JSONValue?) {
    guard let value = json?["value"]?.double, value.isFinite else { return nil }
    let ends =
      json?["interval"]?.array?.compactMap(\.double)
      ?? [json?["low"]?.double, json?["high"]?.double].compactMap(\.self)
    self.value = value
    interval = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
  }
}

extension TypedQuestions.Audited {
  fileprivate init(_ json: JSONValue) throws(TareError) {
    guard let name = json["name"]?.string, let type = json["type"]?.string,
      let verdict = json["verdict"]?.string
    else {
      throw .badData(
        place: "'questions'", found: json.outline, accepted: "questions with a verdict")
    }
    self.name = name
    self.type = type
    self.verdict = verdict
    reasons = (json["reasons"]?.array ?? []).compactMap(\.string)
    chance = json["chance"]?.double ?? 0.5
    var estimates: [String: TypedQuestions.Estimate] = [:]
    for (key, value) in json.object?.members ?? [] {
      estimates[key] = TypedQuestions.Estimate(value)
    }
    self.estimates = estimates
  }
}

extension TypedQuestions.Judged {
  fileprivate init(_ json: JSONValue, of model: JSONValue) throws(TareError) {
    guard let name = json["name"]?.string, let rows = json["rows"]?.int,
      let reliability = json["reliability"], let error = reliability["ece"]?.double
    else {
      throw .badData(
        place: "'models'", found: json.outline, accepted: "questions with their reliability")
    }
    isCalibrated = model["calibrated"] == .bool(true)
    title = "\(model["source"]?.string ?? "answers"): \(name)"
    self.rows = rows
    self.error = error
    majority = json["majority"]?.double ?? .nan
    errorByChance = reliability["ece_if_calibrated"]?.double ?? .nan
    p = reliability["p"]?.double ?? .nan
    var metrics: [String: TypedQuestions.Estimate] = [:]
    for (key, value) in json.object?.members ?? [] {
      metrics[key] = TypedQuestions.Estimate(value)
    }
    self.metrics = metrics
    bins = (reliability["bins"]?.array ?? []).compactMap { bin in
      guard let confidence = bin["confidence"]?.double, let accuracy = bin["accuracy"]?.double,
        let rows = bin["rows"]?.int
      else { return nil }
      return (confidence, accuracy, rows)
    }
    coverage = (json["risk_coverage"]?["points"]?.array ?? []).compactMap { point in
      guard let coverage = point["coverage"]?.double, let risk = point["risk"]?.double else {
        return nil
      }
      return (coverage, risk)
    }
  }
}
