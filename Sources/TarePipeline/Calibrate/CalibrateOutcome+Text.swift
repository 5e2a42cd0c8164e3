/// What `tare calibrate` found, as text for people.
internal import TareCalibration
internal import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareNumerics
internal import TareReport

extension CalibrateOutcome {
  /// The plot, what the scores had to do with the covariates before and after, how many pairs
  /// changed order, and why. Of several reward models a line each: their plots would bury the
  /// numbers.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var text = parts.count > 1 ? table(style) : parts.first?.text(style) ?? ""
    if let difference { text += "\n" + difference.sentence.wrapped(toWidth: 80) }
    if let note { text = "\(note.wrapped(toWidth: 80))\n\n\(text)" }
    return text
  }

  private func table(_ style: TerminalStyle) -> String {
    let name = parts.first?.calibration.covariates.first?.name ?? ""
    var table = TerminalTable(columns: [
      .init("", .left, leastWidth: 10), .init("responses"), .init("rank corr."), .init("after"),
      .init("within"), .init("after"), .init("gamma"), .init("pairs changed"),
    ])
    for part in parts {
      let before = part.before.first
      let after = part.after.first
      table.addRow([
        part.name ?? "", part.rows.text, (before?.pooled).text, (after?.pooled).text,
        (before?.withinPrompt).text, (after?.withinPrompt).text, part.calibration.gamma.fixed(2),
        "\(part.changed.text) of \(part.pairs.text)",
      ])
    }
    let warned = parts.filter { $0.before.contains { !$0.warnings.isEmpty } }.compactMap(\.name)
    var text =
      "Rank correlation of score and \(name), over all responses and within prompts\n\n"
      + table.text(style: style)
    let reasons = parts.compactMap { part in
      part.calibration.decision.map { "\(part.name ?? ""): \($0)".wrapped(toWidth: 80) }
    }
    if !reasons.isEmpty { text += "\n" + reasons.joined(separator: "\n") + "\n" }
    let words = Set(parts.compactMap(\.labelsInWords)).sorted()
    if !words.isEmpty {
      text += "\n" + words.map { $0.wrapped(toWidth: 80) }.joined(separator: "\n")
    }
    if !warned.isEmpty, reasons.isEmpty {
      let sentence = """
        Warning: in \(warned.joined(separator: ", ")) the score depends on \(name) in opposite \
        directions over all responses and within prompts. One curve fitted to all responses corrects \
        them in the wrong direction.
        """
      text += "\n" + sentence.wrapped(toWidth: 80)
    }
    return text
  }
}

extension CalibrateOutcome.Part {
  fileprivate func text(_ style: TerminalStyle) -> String {
    var blocks: [String] = []
    if let name = calibration.covariates.first?.name {
      let plot = TerminalPlot(
        points: points.map { PlotPoint(x: $0.x, y: $0.y) }, curve: curve, xTitle: name,
        yTitle: "score")
      blocks.append(plot.text(style: style))
    }
    for (before, after) in zip(before, after) {
      blocks.append(table(before, after).text(style: style))
    }
    if let decision = calibration.decision { blocks.append(decision.wrapped(toWidth: 80)) }
    if let words = labelsInWords { blocks.append(words.wrapped(toWidth: 80)) }
    blocks += sentences.map { $0.wrapped(toWidth: 80) }
    return blocks.joined(separator: "\n")
  }

  private func table(_ before: Diagnosis, _ after: Diagnosis) -> TerminalTable {
    let name = before.covariate.name
    var table = TerminalTable(columns: [
      .init("score and \(name)", .left, leastWidth: 25), .init("before"), .init("95%"),
      .init("after"), .init("95%"),
    ])
    func add(
      _ title: String, _ kind: KeyPath<DiagnosisIntervals, DiagnosisIntervals.Pair>,
      _ first: Association?, _ second: Association?
    ) {
      table.addRow([
        title, first.text, (before.intervals?[keyPath: kind].rankCorrelation).text, second.text,
        (after.intervals?[keyPath: kind].rankCorrelation).text,
      ])
    }
    add(
      "rank corr., all \(before.n.text)", \.pooled, before.pooled, after.pooled)
    if before.withinPrompt != nil {
      add(
        "rank corr. within prompts", \.withinPrompt, before.withinPrompt, after.withinPrompt)
      table.addRow([
        "pairs: more scores higher", before.scorePairs.text,
        (before.intervals?.scorePairs).percents, after.scorePairs.text,
        (after.intervals?.scorePairs).percents,
      ])
    }
    if let labels = before.labelPairs {
      table.addRow([
        "pairs: more is better", labels.text,
        (before.intervals?.labelPairs).percents,
      ])
    }
    return table
  }

  /// What the labels had to do with it, and so what they can still say of the calibrated scores.
  fileprivate var labelsInWords: String? {
    guard calibration.gamma != 0 else { return nil }
    switch labels {
    case .inSample:
      return """
        This calibration used the labels: the accuracy of the calibrated scores on the same labels is \
        in-sample and too high by an unknown amount. --cross-fit 5 calibrates each prompt by a fit to \
        other prompts.
        """
    case .heldOut:
      return """
        This calibration used the labels, but each prompt was calibrated by a fit to other prompts: \
        the labels can be used to evaluate it.
        """
    case .unused where ignoredLabels:
      return
        "The labels were ignored, as requested: they can be used to evaluate the calibrated scores."
    default:
      return nil
    }
  }

  private var sentences: [String] {
    var sentences = selection.flatMap { $0.verdict == .onAverageOnly ? [$0.finding] : nil } ?? []
    sentences += [
      """
      \(calibration.method)\(calibration.settingsInWords) changes the order of \(changed.text) of \
      \(pairs.text) pairs of responses to one prompt.
      """
    ]
    sentences += calibration.notConverged.map { "Warning: not converged: \($0)." }
    if calibration.decision != nil, before.first?.comparedPrompts == 0 {
      sentences.append(
        "In a table, --group names the column that groups the responses to one prompt.")
    }
    if calibration.gamma == 0, calibration.decision == nil {
      sentences.append("Gamma is 0: the scores are unchanged.")
    }
    if let diagnosed = before.first?.n, diagnosed < rows {
      sentences.append(
        "Correlations and pairs are computed on \(diagnosed.text) of the \(rows.text) responses.")
    }
    if outside > 0 {
      sentences.append(
        """
        \(outside.text) responses lie outside the range of the calibration; there its value at the \
        end of the range is used.
        """)
    }
    sentences += before.compactMap(\.slopesInWords)
    sentences += before.compactMap(\.commonValueInWords)
    if let choice = calibration.findings["gamma_choice"],
      let prompts = choice["prompts"]?.int, prompts < 20
    {
      sentences.append(
        "Gamma is fitted to labels only with at least 20 labelled prompts, and there are \(prompts)."
      )
    }
    if calibration.decision == nil {
      sentences += before.flatMap(\.warnings).map { "Warning: \($0)" }
      if let rest = biasThatStays { sentences.append(rest) }
    }
    return sentences
  }

  /// A sentence where the order of one prompt's responses goes on following the covariate: a curve
  /// through all responses cannot see what prompts of different kinds hide.
  private var biasThatStays: String? {
    guard calibration.gamma > 0, ["lowess", "mean", "monotone"].contains(calibration.method),
      let covariate = before.first?.covariate.name,
      let before = before.first?.withinPrompt?.rankCorrelation,
      let after = after.first?.withinPrompt?.rankCorrelation,
      abs(after) > 0.1, abs(after) > abs(before) / 2
    else { return nil }
    return """
      Note: within prompts the score still depends on \(covariate) (rank correlation \
      \(before.signed) before and \(after.signed) after). One curve fitted to all responses removes \
      only the dependence that is visible across prompts.
      """
  }

  /// The curve that is taken off; where nothing is, the fitted one.
  private var curve: [PlotPoint] {
    let removed = calibration.curve(through: points)
    return removed.isEmpty
      ? before.first?.curve?.places.map { PlotPoint(x: $0.x, y: $0.fitted) } ?? [] : removed
  }
}

extension Calibration {
  /// Which searches did not end, and why, each in a few words; none where all did.
  var notConverged: [String] {
    var searches: [String] = []
    if findings["converged"] == .bool(false) {
      searches.append(
        findings["not_converged"]?.string
          ?? findings["folds_not_converged"]?.int.map {
            "the fits without \($0) of the \(parameters["cross_fit"]?.int ?? $0) folds"
          }
            ?? """
            the fit of the curve: nearly all variation of the covariate is between prompts (or shared \
            with other covariates), which leaves little to estimate it from
            """)
    }
    if let choice = findings["gamma_choice"], choice["converged"] == .bool(false) {
      searches.append((choice["not_converged"]?.string ?? "the fit of gamma") + "; gamma is 0")
    }
    return searches
  }

  /// " (frac 0.9, it 3)"; nothing where a decision speaks for itself.
  var settingsInWords: String {
    guard decision == nil else { return "" }
    // The usual rules go without saying.
    let told = parameters.members.filter { $0.0 != "rules" || $0.1 != "tare" }
    var settings = told.map { name, value in
      "\(name) \(value.double.map { $0.significant(6) } ?? value.string ?? value.text())"
    }
    if gamma != 1 { settings.append("gamma \(gamma.significant(3))") }
    if !notConverged.isEmpty { settings.append("not converged") }
    return settings.isEmpty ? "" : " (\(settings.joined(separator: ", ")))"
  }

  /// What the method decided, in words; nil of methods that decide nothing.
  fileprivate var decision: String? {
    guard let reason = findings["reason"]?.string else { return nil }
    return findings["decision"]?.string == "abstain"
      ? "Not corrected. \(reason)" : "Corrected. \(reason)"
  }
}

extension Diagnosis {
  /// How much the score changes with the covariate, and whether both ways of looking agree.
  fileprivate var slopesInWords: String? {
    guard let pooled, let withinPrompt, let slopesAgree else { return nil }
    return """
      Per unit of \(covariate.name) the score changes by \(pooled.slope.significant(3)) over all \
      responses and by \(withinPrompt.slope.significant(3)) within prompts: \
      \(slopesAgree ? "the signs agree" : "the signs are opposite").
      """
  }
}

extension Diagnosis {
  /// Where most responses have one value, how they score beside the others.
  fileprivate var commonValueInWords: String? {
    guard let common = commonValue else { return nil }
    let name = covariate.name
    let those = "have \(name) = \(common.value.significant(6))"
    guard common.rows < common.of else { return "All \(common.of.text) responses \(those)." }
    let share = "\(common.share.percent)% of the responses (\(common.rows.text)) \(those)."
    if let within = common.withinPrompt {
      return """
        \(share) In the \(within.count.text) prompts that also have other responses, they score \
        \(within.inWords(than: "the others")).
        """
    }
    guard let pooled = common.pooled else { return share }
    return "\(share) They score \(pooled.inWords(than: "the others")); no prompt has both kinds."
  }
}

extension CommonValue.Difference {
  /// "0.31 lower than the others (95% interval of the difference -0.4 to -0.2)".
  fileprivate func inWords(than others: String) -> String {
    let size = "\(abs(value).significant(3)) \(value < 0 ? "lower" : "higher") than \(others)"
    guard let interval else { return size }
    return """
      \(size) (95% interval of the difference \(interval.lowerBound.significant(3)) to \
      \(interval.upperBound.significant(3)))
      """
  }
}

extension Association? {
  /// The rank correlation with its sign; a dash where there is none.
  fileprivate var text: String {
    self?.rankCorrelation.signed ?? "–"
  }
}

extension ClosedRange<Double>? {
  fileprivate var text: String {
    map { "\($0.lowerBound.signed) to \($0.upperBound.signed)" } ?? ""
  }
  fileprivate var percents: String { map { "\($0.percent)" } ?? "" }
}

extension Double {
  /// With three decimals and its sign.
  fileprivate var signed: String { (self > 0 ? "+" : "") + fixed(3) }
}

extension PairOrder {
  fileprivate var text: String { concordantShare.map { "\($0.percent)%" } ?? "–" }
}

extension GroupDifference {
  fileprivate var sentence: String {
    let p = pValueText(comparison.p)
    return comparison.p < 0.05
      ? "The score depends on \(covariate) differently from one \(column) to another (\(p)): each has a "
        + "curve of its own."
      : "The score does not depend on \(covariate) significantly differently from one \(column) to another "
        + "(\(p)): one curve for all may do."
  }
}
