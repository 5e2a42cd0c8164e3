/// How good probabilities are, in words and as JSON.
package import TareCore
internal import TareEvaluation

package struct QuestionOutcome: Sendable {
  struct Compared: Sendable {
    let first: String
    let second: String
    let questions: [QuestionComparison]
  }

  let evaluated: [EvaluatedAnswers]
  let comparisons: [Compared]

  package var text: String {
    var lines: [String] = []
    for answers in evaluated {
      for question in answers.questions {
        if !lines.isEmpty { lines.append("") }
        lines.append(
          "\(answers.source), \(answers.isCalibrated ? "calibrated" : "raw"): \(question.name) "
            + "(\(question.type.rawValue), \(question.options.count) options), \(question.rows) rows of "
            + "\(question.prompts) prompts")
        lines += self.lines(question)
      }
      for name in answers.unlabelled { lines.append("\(answers.source): \(name) has no labels") }
    }
    for compared in comparisons {
      lines += ["", "\(compared.second) less \(compared.first)"]
      for question in compared.questions { lines += self.lines(question) }
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ value: String, _ note: String = "") -> String {
    let padding = String(repeating: " ", count: max(26 - name.count, 1))
    return "  \(name)\(padding)\(value)\(note.isEmpty ? "" : "  \(note)")"
  }

  private func lines(_ question: QuestionEvaluation) -> [String] {
    var lines: [String] = []
    for metric in QuestionMetric.allCases {
      guard let number = question.metrics[metric] else { continue }
      let note =
        metric == .accuracy ? "always the same answer: \(question.majority.digits(3))" : ""
      lines.append(row(metric.name, number.text, note))
      if metric == .logLoss, question.zeros > 0 {
        lines.append(
          row("", "the right option has probability 0 in \(question.zeros) rows (clipped at 1e-9)"))
      }
    }
    if let kappa = question.kappa { lines.append(row("quadratic kappa", kappa.text)) }
    let reliability = question.reliability
    lines.append(
      row(
        "calibration error (ECE)", reliability.error.digits(4),
        "calibrated, by chance alone: \(reliability.calibratedMean.digits(4)), "
          + "95% below \(reliability.calibratedMost.digits(4)); p \(reliability.p.digits(3))"))
    lines.append(
      row(
        "risk–coverage area", question.coverage.area.text,
        "best order: \(question.coverage.bestArea.digits(4))"))
    for (risk, point) in question.coverage.coverageAtRisk {
      lines.append(
        row(
          "answered at risk \((100 * risk).digits(0))%",
          point.map { "\((100 * $0.coverage).digits(1))%" } ?? "none",
          point.map { "confidence ≥ \($0.confidence.digits(4)), on this sample" } ?? ""))
    }
    for slope in question.lengthSlopes {
      lines.append(
        row(
          "per doubled length", slope.slope.text,
          "P(\(slope.option ?? "level")) among rows of one label"))
    }
    for slope in question.styleSlopes {
      lines.append(
        row(
          "per doubled markdown", slope.slope.text,
          "P(\(slope.option ?? "level")) among rows of one label, at equal length"))
    }
    lines.append("  reliability: confidence, right, rows")
    for bin in reliability.bins {
      let bar = String(repeating: "█", count: Int(exactly: (bin.accuracy * 20).rounded()) ?? 0)
      lines.append(
        "    \(bin.confidence.digits(3))  \(bin.accuracy.digits(3))  "
          + "\(String(repeating: " ", count: max(6 - "\(bin.rows)".count, 0)))\(bin.rows)  \(bar)")
    }
    return lines
  }

  private func lines(_ question: QuestionComparison) -> [String] {
    var lines = ["  \(question.name), \(question.rows) rows of \(question.prompts) prompts"]
    for (metric, difference, p) in question.differences {
      lines.append(row(metric.name, difference.text, "p \(p.digits(4))"))
    }
    return lines
  }

  package var json: JSONValue {
    [
      "models": .array(
        evaluated.map { answers in
          [
            "source": .string(answers.source), "calibrated": .bool(answers.isCalibrated),
            "questions": .array(answers.questions.map(\.json)),
            "unlabelled": .array(answers.unlabelled.map { .string($0) }),
          ]
        }),
      "comparisons": .array(
        comparisons.map { compared in
          [
            "first": .string(compared.first), "second": .string(compared.second),
            "questions": .array(compared.questions.map(\.json)),
          ]
        }),
    ]
  }
}

extension QuestionNumber {
  fileprivate var text: String {
    value.digits(4)
      + (interval.map { " (\($0.lowerBound.digits(4)) to \($0.upperBound.digits(4)))" } ?? "")
  }
}

extension QuestionEvaluation {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "type": .string(type.rawValue),
      "options": .array(options.map { .string($0) }), "rows": .int(rows),
      "prompts": .int(prompts), "majority": .double(majority), "zeros": .int(zeros),
    ]
    for metric in QuestionMetric.allCases { object[metric.rawValue] = metrics[metric]?.json }
    object["kappa"] = kappa?.json
    object["reliability"] = reliability.json
    object["risk_coverage"] = coverage.json
    object["length"] = .array(lengthSlopes.map(\.json))
    object["style"] = .array(styleSlopes.map(\.json))
    return .object(object)
  }
}

extension QuestionComparison {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "rows": .int(rows), "prompts": .int(prompts),
      "differences": .array(
        differences.map { metric, difference, p in
          [
            "metric": .string(metric.rawValue), "difference": difference.json, "p": .double(p),
          ]
        }),
    ]
  }
}
