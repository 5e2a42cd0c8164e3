/// `tare drift`: whether a reward model scores the same responses as before.
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareRanking
internal import TareReport
internal import TareStore

package struct DriftRequest: Sendable {
  /// The earlier scores, then the later ones; the responses of the first are the anchors.
  package var sources: [ScoreSource]
  /// As `--fail-if` has them.
  package var conditions: [String] = []
  package var alpha = 0.05
  /// Prompts for which the bound on the shift is narrowest.
  package var planned = 200
  package var seed: UInt64 = 1

  package init(sources: [ScoreSource]) { self.sources = sources }
}

package struct DriftOutcome: Sendable {
  struct Part: Sendable {
    let name: String
    let drift: ScoreDrift
    let checks: [ConditionCheck]
  }

  let base: String
  let parts: [Part]
  let alpha: Double

  /// The conditions that hold, a sentence each.
  package var held: [String] {
    parts.flatMap { part in
      part.checks.filter(\.holds).map { check in
        "\(part.name): '\(check.condition.text)' holds: \(check.text)"
      }
    }
  }

  package var json: JSONValue {
    [
      "base": .string(base), "alpha": .double(alpha),
      "comparisons": .array(
        parts.map { part in
          let drift = part.drift
          return [
            "name": .string(part.name), "responses": .int(drift.responses),
            "prompts": .int(drift.prompts), "order": drift.order.json, "best": drift.best.json,
            "shift": drift.shift.json, "unit": .double(drift.unit),
            "spread": drift.spread.map { .double($0) } ?? .null,
            "correlation": drift.correlation.map { .double($0) } ?? .null,
            "conditions": .array(part.checks.map(\.json)),
          ]
        }),
    ]
  }
}

extension Pipeline {
  /// - Throws: `TareError.badData` where a later source lacks a response of the first.
  package func drift(_ request: DriftRequest) throws(TareError) -> DriftOutcome {
    guard request.alpha > 0, request.alpha < 1 else {
      throw .usage("--alpha: expected a number between 0 and 1, found \(request.alpha)")
    }
    guard request.planned > 0 else {
      throw .usage("--planned: expected at least 1, found \(request.planned)")
    }
    var conditions: [Condition] = []
    for text in request.conditions { conditions.append(try Condition(text)) }
    var named: [(name: String, part: ScorePart)] = []
    for var source in request.sources {
      source.label = "none"
      for part in try source.read(covariates: []).parts {
        named.append((part.name ?? source.fileName, part))
      }
    }
    guard named.count > 1 else {
      throw .usage(
        "the scores: expected those before and those after, found one set (two files, two runs, or "
          + "a column that tells versions apart)")
    }
    let base = named[0]
    try base.part.responses.requireFiniteScores()
    var parts: [DriftOutcome.Part] = []
    for other in named.dropFirst() {
      let positions = try base.part.responses.positions(
        in: other.part.responses, named: other.name)
      try other.part.responses.requireFiniteScores()
      let drift = ScoreDrift(
        before: base.part.responses.scores,
        after: positions.map { other.part.responses.scores[$0] },
        prompts: base.part.responses.groups, alpha: request.alpha, planned: request.planned,
        seed: request.seed)
      parts.append(
        .init(name: other.name, drift: drift, checks: try drift.checks(conditions)))
    }
    return DriftOutcome(base: base.name, parts: parts, alpha: request.alpha)
  }
}

extension ScoreDrift {
  /// - Throws: `TareError.usage` for a number that drift does not have.
  fileprivate func checks(_ conditions: [Condition]) throws(TareError) -> [ConditionCheck] {
    var checks: [ConditionCheck] = []
    for condition in conditions {
      guard case .named(let name) = condition.metric, !condition.needsBase else {
        throw unknown(condition)
      }
      switch name {
      case "order": checks.append(.init(condition, order.rate, order.interval))
      case "best": checks.append(.init(condition, best.rate, best.interval))
      case "shift":
        let whole = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        checks.append(.init(condition, shift.mean, shift.interval ?? whole))
      default: throw unknown(condition)
      }
    }
    return checks
  }

  private func unknown(_ condition: Condition) -> TareError {
    .usage(
      "condition '\(condition.text)': expected \"order\", \"best\" or \"shift\", and a number as bound"
    )
  }
}

extension RateSequence {
  fileprivate var json: JSONValue {
    [
      "changed": .int(events), "prompts": .int(trials), "rate": .double(rate),
      "interval": interval.ends,
    ]
  }
}

extension MeanSequence {
  fileprivate var json: JSONValue {
    [
      "mean": .double(mean), "prompts": .int(count), "interval": interval?.ends ?? .null,
    ]
  }
}

extension ClosedRange<Double> {
  fileprivate var ends: JSONValue { [.double(lowerBound), .double(upperBound)] }
}

extension DriftOutcome {
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var table = TerminalTable(columns: [
      .init("against \(base)", .left, leastWidth: 12), .init("order changed"),
      .init("best changed"), .init("shift"), .init("corr."),
    ])
    for part in parts {
      let drift = part.drift
      table.addRow(
        [
          part.name, cell(drift.order), cell(drift.best), cell(drift.shift),
          drift.correlation?.fixed(3) ?? "–",
        ])
    }
    let level = ((1 - alpha) * 100).fixed(0)
    let anchors = parts.first?.drift.prompts.text ?? "0"
    let note = """
      \(anchors) prompts. Intervals hold at every number of anchors together (\(level)%): the comparison may be repeated as \
      anchors are added. Order: prompts whose two drawn responses change places. Shift: mean change of \
      the score, in standard deviations of the earlier scores.
      """
    return table.text(style: style) + note.wrapped(toWidth: 80)
  }

  private func cell(_ rate: RateSequence) -> String {
    guard rate.trials > 0 else { return "–" }
    return "\(rate.rate.percent)% (\(rate.interval.percent))"
  }

  private func cell(_ shift: MeanSequence) -> String {
    guard let interval = shift.interval else { return shift.mean.fixed(2) }
    return shift.mean.fixed(2) + " (\(interval.lowerBound.fixed(2)) to "
      + "\(interval.upperBound.fixed(2)))"
  }
}
