/// What the best of n candidates has, against n, with its band.

struct BestOfNPlot {
  let subject: String
  let panel: BestOfNCurves.Panel

  var figure: Markup {
    let all = panel.raw + panel.calibrated
    let most = Double(all.map(\.n).max() ?? 1)
    let frame = PlotFrame(
      x: Axis(spanning: [1, most], scale: most > 20 ? .log : .linear, margin: 0.02),
      y: Axis(
        spanning: all.flatMap { point in
          [point.value] + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }, margin: 0.05),
      xTitle: "candidates n", yTitle: panel.unit)
    let keys = [Figure.Key("curve-raw", "chosen by raw scores")]
    return Figure(
      title: panel.title, subject: subject, description: description,
      keys: panel.calibrated.isEmpty
        ? keys : keys + [.init("curve-calibrated", "by calibrated scores")],
      numbers: numbers, downloads: [csv]
    ).markup {
      frame.axes
      line(panel.raw, "raw", in: frame)
      line(panel.calibrated, "calibrated", in: frame)
    }
  }

  @MarkupBuilder private func line(
    _ points: [BestOfNCurves.Point], _ kind: String, in frame: PlotFrame
  ) -> [Markup] {
    let banded = points.compactMap { point in
      point.interval.map { (x: Double(point.n), interval: $0) }
    }
    if banded.count > 1 { tag("path", ["class": "band \(kind)", "d": frame.area(banded)]) }
    if points.count > 1 {
      tag(
        "path",
        [
          "class": "line \(kind)",
          "d": frame.path(points.map { PlotPoint(x: Double($0.n), y: $0.value) }),
        ])
    }
    for point in points {
      frame.mark(
        x: Double(point.n), point.value, nil, kind: kind,
        title:
          "by \(kind) scores, best of \(point.n): \(point.text), KL at most "
          + "\(point.kl.fixed(2)) nats, \(point.prompts.counted("prompt"))")
    }
  }

  private var description: String {
    guard let first = panel.raw.first, let last = panel.raw.last else { return "No candidates." }
    return """
      By raw scores: \(first.value.significant(4)) for one candidate, \
      \(last.value.significant(4)) for the best of \(last.n).
      """
  }

  private var rows: [(raw: BestOfNCurves.Point, calibrated: BestOfNCurves.Point?)] {
    panel.raw.map { point in (point, panel.calibrated.first { $0.n == point.n }) }
  }

  private var numbers: NumbersTable {
    NumbersTable(
      caption: "\(panel.title), \(subject)",
      header: ["n", "KL", "Prompts", "By raw scores"]
        + (panel.calibrated.isEmpty ? [] : ["By calibrated"]),
      rows: rows.map { raw, calibrated in
        [String(raw.n), raw.kl.fixed(2), raw.prompts.text, raw.text]
          + (panel.calibrated.isEmpty ? [] : [calibrated?.text ?? "–"])
      })
  }

  private var csv: CSVDownload {
    func cells(_ point: BestOfNCurves.Point?) -> [String] {
      [
        (point?.value).csv, (point?.interval?.lowerBound).csv,
        (point?.interval?.upperBound).csv,
      ]
    }
    return CSVDownload(
      "CSV", file: "\(subject) \(panel.title)",
      header: ["n", "kl", "prompts", "raw", "raw_low", "raw_high"]
        + (panel.calibrated.isEmpty ? [] : ["calibrated", "calibrated_low", "calibrated_high"]),
      rows: rows.map { raw, calibrated in
        [String(raw.n), "\(raw.kl)", String(raw.prompts)] + cells(raw)
          + (panel.calibrated.isEmpty ? [] : cells(calibrated))
      })
  }
}

extension BestOfNCurves.Point {
  /// "0.652 (0.611 to 0.693)".
  fileprivate var text: String {
    guard let interval else { return value.significant(4) }
    return
      "\(value.significant(4)) (\(interval.lowerBound.significant(4)) to \(interval.upperBound.significant(4)))"
  }
}
