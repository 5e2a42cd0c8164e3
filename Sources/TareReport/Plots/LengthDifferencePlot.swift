/// Accuracy by how much longer the better response is, in tenths of the pairs.
internal import TareEvaluation

struct LengthDifferencePlot {
  let subject: String
  let raw: LengthDeciles
  let calibrated: LengthDeciles?
  /// Of all pairs, raw.
  let overall: Double?

  var figure: Markup {
    let bins = raw.bins
    let all = bins + (calibrated?.bins ?? [])
    let frame = PlotFrame(
      x: Axis(spanning: [0.5, Double(bins.count) + 0.5]),
      y: Axis(
        spanning: all.flatMap {
          [100 * $0.accuracy.interval.lowerBound, 100 * $0.accuracy.interval.upperBound]
        } + [50], margin: 0.03),
      xTitle: "length of chosen minus rejected: mean of each decile",
      yTitle: "accuracy in per cent",
      xTicks: bins.enumerated().map { (Double($0 + 1), $1.meanDifference.shortCount) })
    let keys = calibrated == nil ? [Figure.Key.raw] : [.raw, .calibrated]
    return Figure(
      title: "Accuracy by length difference of the better answer", subject: subject,
      description: description, keys: keys + [.init("reference", "accuracy of all pairs, raw")],
      numbers: numbers, downloads: [csv]
    ).markup {
      frame.axes
      if let overall { frame.reference(y: 100 * overall, "all pairs, raw: \(overall.percent)%") }
      for (place, bin) in bins.enumerated() {
        mark(bin, place, "raw", in: frame, shift: calibrated == nil ? 0 : -6)
      }
      for (place, bin) in (calibrated?.bins ?? []).enumerated() {
        mark(bin, place, "calibrated", in: frame, shift: 6)
      }
    }
  }

  private func mark(
    _ bin: LengthDeciles.Bin, _ place: Int, _ kind: String, in frame: PlotFrame, shift: Double
  ) -> Markup {
    let accuracy = bin.accuracy
    let interval =
      (100 * accuracy.interval.lowerBound)...(100 * accuracy.interval.upperBound)
    return frame.mark(
      x: Double(place + 1), 100 * accuracy.value, interval, kind: kind, shift: shift,
      title:
        "\(kind), longer by \(bin.range.inLengths): \(accuracy.value.percent)% "
        + "(\(accuracy.interval.percent)) of \(accuracy.n.counted("pair"))")
  }

  private var description: String {
    guard let first = raw.bins.first, let last = raw.bins.last else { return "No pairs." }
    return """
      Raw accuracy goes from \(first.accuracy.value.percent)% where the better answer is longer by \
      \(first.meanDifference.signedCount) on average, to \(last.accuracy.value.percent)% where it is \
      longer by \(last.meanDifference.signedCount).
      """
  }

  /// Both of a tenth; the calibrated scores have the same pairs.
  private var rows: [(raw: LengthDeciles.Bin, calibrated: LengthDeciles.Bin?)] {
    raw.bins.enumerated().map { place, bin in
      (bin, calibrated.flatMap { place < $0.bins.count ? $0.bins[place] : nil })
    }
  }

  private var numbers: NumbersTable {
    NumbersTable(
      caption: "Accuracy of \(subject) by length difference, in per cent",
      header: ["Longer by", "Pairs", "Raw"] + (calibrated == nil ? [] : ["Calibrated"]),
      rows: rows.map { raw, calibrated in
        [raw.range.inLengths, raw.accuracy.n.text, raw.accuracy.withInterval]
          + (calibrated.map { [$0.accuracy.withInterval] } ?? [])
      })
  }

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: "\(subject) by length difference",
      header: ["difference_from", "difference_to", "mean_difference", "pairs"]
        + Accuracy.csvHeader("raw") + (calibrated == nil ? [] : Accuracy.csvHeader("calibrated")),
      rows: rows.map { raw, calibrated in
        [
          "\(raw.range.lowerBound)", "\(raw.range.upperBound)", "\(raw.meanDifference)",
          String(raw.accuracy.n),
        ] + raw.accuracy.csv + (calibrated?.accuracy.csv ?? [])
      })
  }
}

extension Accuracy {
  /// "72.9 (67.0–78.1)".
  var withInterval: String { "\(value.percent) (\(interval.percent))" }

  static func csvHeader(_ name: String) -> [String] { [name, "\(name)_low", "\(name)_high"] }

  /// The cells below `csvHeader`.
  var csv: [String] { ["\(value)", "\(interval.lowerBound)", "\(interval.upperBound)"] }
}

extension Double {
  /// A difference of lengths: "+340", "−12", "0".
  fileprivate var signedCount: String {
    let text = fixed(0)
    return self > 0 && text != "0" ? "+" + text : text
  }
}

extension Double {
  /// The same in few characters: "−1.3k".
  fileprivate var shortCount: String {
    abs(self) < 999.5 ? signedCount : (self > 0 ? "+" : "") + (self / 1000).fixed(1) + "k"
  }
}

extension ClosedRange<Double> {
  fileprivate var inLengths: String {
    lowerBound == upperBound
      ? lowerBound.signedCount : "\(lowerBound.signedCount) to \(upperBound.signedCount)"
  }
}
