/// How often the more probable response is the better one, by how probable it is said to be.
internal import TareEvaluation

struct ReliabilityPlot {
  let subject: String
  let raw: BradleyTerryProbabilities
  let calibrated: BradleyTerryProbabilities?

  private typealias Bin = BradleyTerryProbabilities.Bin

  var figure: Markup {
    let all = raw.bins + (calibrated?.bins ?? [])
    let least = all.map(\.interval.lowerBound).min() ?? 0.5
    let frame = PlotFrame(
      x: Axis(spanning: [50, 100], margin: 0.02),
      y: Axis(spanning: [100 * min(0.5, (least * 10).rounded(.down) / 10), 100], margin: 0.02),
      xTitle: "confidence in the preferred answer, in per cent",
      yTitle: "how often it is the better one, in per cent")
    let keys = calibrated == nil ? [Figure.Key.raw] : [.raw, .calibrated]
    return Figure(
      title: "Reliability: confidence and observed accuracy", subject: subject,
      description: description,
      keys: keys + [.init("reference", "perfect calibration")], numbers: numbers,
      downloads: [csv]
    ).markup {
      frame.axes
      tag(
        "path",
        ["class": "reference", "d": frame.path([.init(x: 50, y: 50), .init(x: 100, y: 100)])]
      ) { tag("title") { "perfect calibration: accuracy equals confidence" } }
      for bin in raw.bins { mark(bin, "raw", in: frame, shift: calibrated == nil ? 0 : -5) }
      for bin in calibrated?.bins ?? [] { mark(bin, "calibrated", in: frame, shift: 5) }
    }
  }

  private func mark(_ bin: Bin, _ kind: String, in frame: PlotFrame, shift: Double) -> Markup {
    let interval = (100 * bin.interval.lowerBound)...(100 * bin.interval.upperBound)
    return frame.mark(
      x: 100 * bin.meanConfidence, 100 * bin.shareRight, interval, kind: kind, shift: shift,
      title:
        "\(kind), confidence \(bin.range.percent)%: right \(bin.shareRight.percent)% "
        + "(\(bin.interval.percent)) of \(bin.n.counted("pair"))")
  }

  private var description: String {
    let parts = raw.bins.map {
      "confidence \($0.meanConfidence.percent)%, right \($0.shareRight.percent)%"
    }
    return "Raw: " + parts.joined(separator: "; ") + "."
  }

  private var rows: [(kind: String, bin: Bin)] {
    raw.bins.map { ("raw", $0) } + (calibrated?.bins ?? []).map { ("calibrated", $0) }
  }

  private var numbers: NumbersTable {
    NumbersTable(
      caption: "Reliability of \(subject), in per cent",
      header: ["Scores", "Confidence", "Mean", "Pairs", "Right"],
      rows: rows.map { kind, bin in
        [
          kind, bin.range.percent, bin.meanConfidence.percent, bin.n.text,
          "\(bin.shareRight.percent) (\(bin.interval.percent))",
        ]
      })
  }

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: "\(subject) reliability",
      header: [
        "scores", "confidence_from", "confidence_to", "mean_confidence", "pairs", "share_right",
        "low", "high",
      ],
      rows: rows.map { kind, bin in
        [
          kind, "\(bin.range.lowerBound)", "\(bin.range.upperBound)", "\(bin.meanConfidence)",
          String(bin.n), "\(bin.shareRight)", "\(bin.interval.lowerBound)",
          "\(bin.interval.upperBound)",
        ]
      })
  }
}
