/// Score against length before and after calibration, with the fitted curves.

package enum LengthCurveSection: ReportSection {
  package static let key = "length-curve"
  package static let summary = "score against length with the fitted curve, before and after"
  package static let title = "Score against length"

  package static func contents(of report: Report) -> [Markup] {
    eachRun(of: report) { run in
      if run.responses.isEmpty {
        tag("p", ["class": "missing"]) {
          "There are no responses with both score and length. Name the column of lengths with --length."
        }
      } else {
        tag("div", ["class": "panels"]) {
          for panel in panels(of: run) { panel.figure }
        }
        for sentence in correlations(of: run) { tag("p", ["class": "hint"]) { sentence } }
      }
    }
  }

  private static func panels(of run: Report.Run) -> [DensityPlot] {
    let responses = run.responses
    // Both panels have the same scale, so that slopes can be compared.
    let span = max(responses.scores.span, responses.calibrated?.span ?? 0)
    let raw = DensityPlot(
      title: "Before: raw scores", subject: run.name, lengths: responses.lengths,
      scores: responses.scores, curve: run.before?.places ?? [],
      curveName: "LOWESS", removed: run.removed, kind: "raw",
      ySpan: span)
    guard let after = responses.calibrated else { return [raw] }
    let calibrated = DensityPlot(
      title: "After: calibrated scores", subject: run.name, lengths: responses.lengths,
      scores: after, curve: run.after?.places ?? [],
      curveName: "LOWESS", kind: "calibrated", ySpan: span)
    return [raw, calibrated]
  }

  private static func correlations(of run: Report.Run) -> [String] {
    func words(_ name: String, _ kind: KeyPath<LengthCurve, LengthCurve.Correlation?>) -> String? {
      guard let before = run.before?[keyPath: kind] else { return nil }
      let first = "Rank correlation of score and length \(name): \(before.text)"
      guard let after = run.after?[keyPath: kind] else { return first + "." }
      return "\(first) raw, \(after.text) calibrated."
    }
    return [
      words("over all responses", \.pooled), words("within prompts", \.withinPrompt),
    ].compactMap(\.self)
  }
}

extension LengthCurve.Correlation {
  /// "+0.53 (+0.45 to +0.60)".
  fileprivate var text: String {
    value.signed + (interval.map { " (\($0.signed))" } ?? "")
  }
}

extension [Double] {
  /// Of the finite values.
  fileprivate var span: Double {
    let finite = lazy.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else { return 0 }
    return most - least
  }
}
