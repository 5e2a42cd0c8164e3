/// What the stages found, as text for people.
internal import TareCalibration
package import TareCore
internal import TareEngine
internal import TareEvaluation
internal import TareRanking
internal import TareReport
internal import TareScoring
internal import TareStore

extension Pipeline {
  /// Keys of the calibration methods, for help texts.
  package static let calibrationMethods = Calibrators.registry.keys.joined(separator: ", ")
  /// Keys of the covariates that are counted on texts, for help texts.
  package static let textCovariates = TextCovariates.registry.keys.joined(separator: ", ")
  /// Keys of the benchmarks, for help texts.
  package static let benchmarks = Benchmarks.registry.keys.joined(separator: ", ")
  /// Keys of the file formats, for help texts.
  package static let formats = FileFormats.registry.keys.joined(separator: ", ")

  package static func table(ofRuns runs: [JSONObject], coloured: Bool) -> String {
    guard !runs.isEmpty else { return "The store has no runs." }
    var table = TerminalTable(columns: [
      .init("run", .left, leastWidth: 8), .init("status", .left), .init("scored"),
      .init("model", .left, leastWidth: 12), .init("read", .left), .init("created", .left),
    ])
    for run in runs {
      let text = { (key: String) in run[key]?.string ?? "" }
      table.addRow([
        text("name"), text("status"),
        "\(run["scored"]?.int ?? 0)/\(run["responses"]?.int ?? 0)", text("model"), text("read"),
        String(text("created").prefix(16)),
      ])
    }
    return table.text(style: .init(coloured))
  }
}

extension TerminalStyle {
  fileprivate init(_ coloured: Bool) { self = coloured ? .terminal : .plain }
}

extension CalibrateOutcome {
  /// For each reward model: the plot, what the scores had to do with the covariate before and after,
  /// and how many pairs changed order.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    guard parts.count > 1 else { return parts.first?.text(style) ?? "" }
    // The plots of many models would bury the numbers.
    return table(style)
  }

  private func table(_ style: TerminalStyle) -> String {
    let name = parts.first?.calibration.covariate.name ?? ""
    var table = TerminalTable(columns: [
      .init("", .left, leastWidth: 10), .init("responses"), .init("rank corr."), .init("after"),
      .init("within"), .init("after"), .init("pairs changed"),
    ])
    for part in parts {
      table.addRow([
        part.name ?? "", part.before.n.text, part.before.pooled.text, part.after.pooled.text,
        part.before.withinPrompt.text, part.after.withinPrompt.text,
        "\(part.changed.text) of \(part.pairs.text)",
      ])
    }
    let warned = parts.filter { !$0.before.warnings.isEmpty }.compactMap(\.name)
    var text =
      "Rank correlation of score and \(name), over all responses and within prompts\n\n"
      + table.text(style: style)
    if !warned.isEmpty {
      let sentence = """
        Warning: across all responses and within prompts the score goes opposite ways with \(name) \
        in \(warned.joined(separator: ", ")). One curve through all responses corrects those the \
        wrong way.
        """
      text += "\n" + sentence.wrapped(toWidth: 80)
    }
    return text
  }
}

extension CalibrateOutcome.Part {
  fileprivate func text(_ style: TerminalStyle) -> String {
    let name = calibration.covariate.name
    let plot = TerminalPlot(
      points: points.map { PlotPoint(x: $0.x, y: $0.y) },
      curve: curve.map { PlotPoint(x: $0.x, y: $0.y) }, xTitle: name, yTitle: "score")
    var table = TerminalTable(columns: [
      .init("score and \(name)", .left), .init("before"), .init("after"),
    ])
    table.addRow([
      "rank correlation, all \(before.n.text) responses", before.pooled.text, after.pooled.text,
    ])
    if before.withinPrompt != nil {
      table.addRow([
        "rank correlation within prompts", before.withinPrompt.text, after.withinPrompt.text,
      ])
      table.addRow([
        "pairs in which more \(name) scores higher", before.scorePairs.text, after.scorePairs.text,
      ])
    }
    if let labels = before.labelPairs {
      table.addRow(["pairs in which more \(name) is better", labels.text, labels.text])
    }
    var lines = [plot.text(style: style), table.text(style: style)]
    var sentences = [
      """
      \(calibration.method) (\(calibration.settings)) changes the order of \(changed.text) of \
      \(pairs.text) pairs of responses to one prompt.
      """
    ]
    if outside > 0 {
      sentences.append(
        """
        \(outside.text) responses lie outside the range that the calibration was fitted to; there \
        it stays at its end value.
        """)
    }
    sentences += before.warnings.map { "Warning: \($0)" }
    if let rest = biasThatStays { sentences.append(rest) }
    lines += sentences.map { $0.wrapped(toWidth: 80) }
    return lines.joined(separator: "\n")
  }

  /// A sentence where the order of one prompt's responses goes on following the covariate: a curve
  /// through all responses cannot see what prompts of different kinds hide.
  private var biasThatStays: String? {
    guard let before = before.withinPrompt?.rankCorrelation,
      let after = after.withinPrompt?.rankCorrelation,
      abs(after) > 0.1, abs(after) > abs(before) / 2
    else { return nil }
    return """
      Note: within prompts the score goes on following \(calibration.covariate.name) (rank \
      correlation \(before.signed), then \(after.signed)). What one curve through all responses \
      can take off is only what shows across prompts.
      """
  }

  /// The bias over the range of the data.
  private var curve: [(x: Double, y: Double)] {
    let values = Set(points.map(\.x)).sorted()
    return values.map { ($0, calibration.bias(at: $0)) }
  }
}

extension Calibration {
  fileprivate var settings: String {
    parameters.members.map { name, value in
      "\(name) \(value.double.map { $0.significant(6) } ?? value.text())"
    }.joined(separator: ", ")
  }
}

extension Association? {
  /// The rank correlation with its sign; a dash where there is none.
  fileprivate var text: String {
    self?.rankCorrelation.signed ?? "–"
  }
}

extension Double {
  /// With three decimals and its sign.
  fileprivate var signed: String { (self > 0 ? "+" : "") + fixed(3) }
}

extension PairOrder {
  fileprivate var text: String { concordantShare.map { "\($0.percent)%" } ?? "–" }
}

extension EvaluateOutcome {
  package func text(coloured: Bool) -> String {
    parts.map { part in
      let table = EvaluationTable(
        raw: part.raw, calibrated: part.calibrated, comparison: part.comparison)
      var text = table.text(style: .init(coloured))
      if let name = part.name, parts.count > 1 { text = "\(name)\n\n\(text)" }
      if let against = part.against {
        let difference = against.differences.overall
        let sentence = """
          Against the other run: \(difference.value.signedPercent) points (95% interval \
          \(difference.interval.signedPercent)), \(difference.gained.text) pairs gained and \
          \(difference.lost.text) lost, exact McNemar \(pValueText(difference.p)).
          """
        text += "\n" + sentence.wrapped(toWidth: 80) + "\n"
      }
      return text
    }.joined(separator: "\n")
  }
}

extension RankOutcome {
  /// - Parameter top: how many candidates of each prompt are shown.
  package func text(top: Int?, coloured: Bool) -> String {
    let known = texts.contains { $0 != nil }
    return RankingTable(
      rankings, texts: known ? texts.map { ($0 ?? "").firstLine } : [], top: top
    ).text(style: .init(coloured))
  }
}

extension String {
  fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}
