/// What `tare smooth` found, as text for people.
internal import Foundation
internal import TareCalibration
internal import TareCore
internal import TareNumerics
internal import TareReport

extension SmoothOutcome {
  /// The plot, the curve at some places, and its turning points.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var blocks = [
      plot(style), curveTable.text(style: style), settings.wrapped(toWidth: 80) + "\n",
    ]
    if let choice { blocks.append(choice.text(style)) }
    if comparison != nil { blocks.append(groupsText(style)) }
    if let groupedTurns, let by = request.by {
      blocks.append(groupedTurns.text(by: by, style) { xDigits.text($0) })
    } else if let turningPoints {
      let shown = turningPoints.shown
      if !shown.isEmpty { blocks.append(table(of: shown).text(style: style)) }
      blocks.append(
        turningSentences(turningPoints).map { $0.wrapped(toWidth: 80) }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n")
  }

  // MARK: - The plot

  /// A few rows far from all others would leave the others a line or two.
  private func plot(_ style: TerminalStyle) -> String {
    let points = zip(x, y).map { PlotPoint(x: $0, y: $1) }
    let range = plottedRange
    let beyond = y.count { !range.contains($0) }
    var ticks: TerminalPlot.TickMaker?
    if hasDates { ticks = { range, most in DayNumber.ticks(range, atMost: most) } }
    let plot = TerminalPlot(
      points: points.filter { range.contains($0.y) },
      curve: zip(fit.knotX, fit.knotY).map { PlotPoint(x: $0, y: $1) }, xTitle: request.x,
      yTitle: request.y, noun: "row", ticks: ticks
    ).text(style: style)
    guard beyond > 0, let least = y.min(), let most = y.max() else { return plot }
    return plot + """
      \(beyond.text) \(beyond == 1 ? "row lies" : "rows lie") outside the plot; \(request.y) ranges \
      from \(yDigits.text(least)) to \(yDigits.text(most)).

      """
  }

  /// The middle 99% of y and half as much to either side, and the whole curve. All of y where the
  /// middle is one value.
  private var plottedRange: ClosedRange<Double> {
    let sorted = y.sorted()
    let (low, high) = (sorted.quantile(0.005), sorted.quantile(0.995))
    guard low < high else { return -.infinity...(.infinity) }
    let least = min(low - (high - low) / 2, fit.knotY.min() ?? low)
    let most = max(high + (high - low) / 2, fit.knotY.max() ?? high)
    return least...most
  }

  // MARK: - The curve

  private static let most = 20

  /// The places that were asked for, or else up to 20, each the middle of as many rows.
  private var shownPlaces: [CurvePlace] {
    guard request.at == nil, request.points == nil else { return places }
    let sorted = x.sorted()
    let count = min(Self.most, sorted.count)
    var shown: [CurvePlace] = []
    for bin in 0..<count {
      let middle = sorted[(2 * bin + 1) * sorted.count / (2 * count)]
      if shown.last?.x != middle, let place = fit.place(at: middle) { shown.append(place) }
    }
    return shown
  }

  private var curveTable: TerminalTable {
    let shown = shownPlaces
    let slopes = Digits(spanning: shown.compactMap(\.slope) + [0])
    var columns: [TerminalTable.Column] = [
      .init(request.x, leastWidth: 12), .init("fitted"), .init("95%"),
    ]
    if request.predicts { columns.append(.init("95% of new points")) }
    if lowess.degree > 0 { columns.append(.init("slope")) }
    var table = TerminalTable(columns: columns)
    for place in shown {
      var cells = [xDigits.text(place.x), yDigits.text(place.fitted), yDigits.text(place.band)]
      if request.predicts {
        cells.append(yDigits.text(band?.interval(at: place.x, fitted: place.fitted)))
      }
      if lowess.degree > 0 { cells.append(place.slope.map(slopes.text) ?? "–") }
      table.addRow(cells)
    }
    return table
  }

  private var xDigits: Digits { hasDates ? .dates : Digits(spanning: x) }
  private var yDigits: Digits { Digits(spanning: y) }

  private var settings: String {
    var parts = [
      "frac \(lowess.frac.significant(3))", "it \(lowess.it)", "degree \(lowess.degree)",
    ]
    if let delta = lowess.delta, delta > 0 { parts.append("delta \(delta.significant(3))") }
    switch lowess.rules {
    case .tare: break
    case .statsmodels: parts.append("statsmodels' implementation")
    case .r: parts.append("R's implementation")
    }
    if let weights = request.weights { parts.append("weights \(weights)") }
    if let detrend = request.detrend { parts.append("less its curve on \(detrend)") }
    return """
      LOWESS of \(request.y) on \(request.x) (\(parts.joined(separator: ", "))): \
      \(x.count.text) \(x.count == 1 ? "row" : "rows"), \(fit.knotX.count.text) distinct values of \(request.x). The band \
      is pointwise.\(hasDates ? " Slopes are per day." : "")\(degreesOfFreedomInWords)
      """
  }

  private var degreesOfFreedomInWords: String {
    guard choice != nil || request.predicts else { return "" }
    return fit.degreesOfFreedom.map { " The curve has \($0.fixed(1)) degrees of freedom." } ?? ""
  }

  // MARK: - Groups

  private static let mostGroups = 5

  /// Each group's curve at the same places, and whether they differ.
  private func groupsText(_ style: TerminalStyle) -> String {
    guard let comparison, let by = request.by else { return "" }
    let groups = comparison.groups.prefix(Self.mostGroups)
    var table = TerminalTable(
      columns: [.init(request.x, leastWidth: 12)] + groups.map { .init($0.name, leastWidth: 8) })
    for place in shownPlaces {
      table.addRow(
        [xDigits.text(place.x)]
          + groups.map { group in
            group.fit.place(at: place.x).map { yDigits.text($0.fitted) } ?? "–"
          })
    }
    let more = comparison.groups.count - groups.count
    let verdict =
      comparison.p < 0.05
      ? "The curves differ by \(by)" : "The curves do not differ significantly by \(by)"
    let sentence = """
      \(verdict): root mean square distance from the common curve \
      \(comparison.distance.significant(3)), \(pValueText(comparison.p)) \
      (\(comparison.resamples.text) resamples with one curve for all\
      \(comparison.sample.map { ", \($0.text) rows" } ?? ""))\
      \(more > 0 ? "; \(more.text) more groups are not shown" : "").
      """
    return table.text(style: style) + "\n" + sentence.wrapped(toWidth: 80) + "\n"
  }

  // MARK: - Turning points

  private func table(of points: [TurningPoint]) -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("turning point", .left), .init(request.x, leastWidth: 12), .init("95%"),
      .init("fitted"), .init("resamples"), .init("", .left),
    ])
    for point in points {
      table.addRow(
        [
          point.kind.rawValue, xDigits.text(point.x), xDigits.text(point.interval),
          yDigits.text(point.fitted), "\(point.share.percent)%",
          (point.isClear ? "clear" : "doubtful") + (point.isOneSided ? ", near the end" : ""),
        ], isBold: point.isClear)
    }
    return table
  }

  private func turningSentences(_ found: TurningPoints) -> [String] {
    var sentences: [String] = []
    let clear = found.clear
    let shown = found.shown
    if !hasSlopes {
      return [
        """
        No turning points: no neighbourhood has enough points for a slope. A larger --frac makes \
        neighbourhoods larger.
        """
      ]
    }
    if found.all.isEmpty {
      sentences.append("No turning points: the slope does not change sign.")
    } else if clear.isEmpty {
      sentences.append(
        """
        No clear turning point: at no change of sign is the slope significant on both sides.
        """)
    } else {
      sentences.append(
        """
        Clear: the slope is significant on both sides. The interval and the percentage are from \
        \(found.resamples.text) resamples of the rows.
        """)
    }
    if shown.count > clear.count {
      sentences.append(
        """
        Doubtful: the slope changes sign, but this may be chance even if nearly all resamples show \
        it, because they repeat the noise of the data.
        """)
    }
    let hidden = found.all.count - shown.count
    if hidden > 0 {
      sentences.append(
        """
        \(hidden.text) more doubtful \(hidden == 1 ? "change" : "changes") of sign \
        \(hidden == 1 ? "is" : "are") not shown; --json prints all.
        """)
    }
    if let hint = hint(found) { sentences.append(hint) }
    return sentences
  }

  /// A straight line has nothing to hide.
  private var isBent: Bool {
    let slopes = fit.knotSlopes?.compactMap(\.self) ?? []
    guard let least = slopes.min(), let most = slopes.max() else { return false }
    return most - least > 1e-6 * max(abs(least), abs(most))
  }

  private var hasSlopes: Bool { fit.knotSlopes?.contains { $0 != nil } ?? false }

  /// What to try where the settings may hide a turning point or make too many.
  private func hint(_ found: TurningPoints) -> String? {
    // Below this the stretches where lines lean are too short to hide much.
    let isWide = lowess.frac >= 0.3
    let mayHide = found.clear.isEmpty || found.all.contains(where: \.isOneSided)
    if lowess.degree == 1, isWide, isBent, mayHide {
      return """
        Within half a neighbourhood of either end (below \(xDigits.text(ends.lowerBound)), above \
        \(xDigits.text(ends.upperBound))) local lines are biased: they shift a turning point towards \
        the end, or hide it. --degree 2 or a smaller --frac reduces this bias.
        """
    }
    guard !isWide, found.clear.isEmpty, !found.all.isEmpty else { return nil }
    return "A larger --frac smooths more, and leaves fewer, more significant turning points."
  }

  /// Where neighbourhoods are not cut by the ends of the data.
  private var ends: ClosedRange<Double> {
    let sorted = x.sorted()
    let reach = min(Int(lowess.frac * Double(x.count)) / 2, (x.count - 1) / 2)
    return sorted[reach]...sorted[x.count - 1 - reach]
  }
}

extension FracChoice {
  /// Every candidate with its error.
  fileprivate func text(_ style: TerminalStyle) -> String {
    var table = TerminalTable(columns: [
      .init("frac"), .init("error"), .init("degrees of freedom"), .init("", .left),
    ])
    for candidate in candidates {
      table.addRow(
        [
          candidate.frac.significant(3), candidate.error?.significant(5) ?? "–",
          candidate.degreesOfFreedom?.fixed(1) ?? "–", candidate.frac == frac ? "chosen" : "",
        ], isBold: candidate.frac == frac)
    }
    let rule =
      switch rule {
      case .leaveOneOut:
        "Mean squared leave-one-out error, exact for the neighbourhoods as they are"
      case .folds: "Mean error on held-out rows, \((folds ?? 0).text) folds"
      }
    let held = holdsRobustness ? "; robustness weights were found once and held" : ""
    return "\(rule)\(held).".wrapped(toWidth: 80) + "\n" + table.text(style: style)
  }
}

extension TurningPoints {
  /// The clear ones, and the doubtful ones that most resamples have, unless there are so many that
  /// nobody would read them.
  fileprivate var shown: [TurningPoint] {
    let likely = all.filter { !$0.isClear && $0.share >= 0.5 }
    return likely.count > 12 ? clear : all.filter { $0.isClear || $0.share >= 0.5 }
  }
}

/// The decimals of one column: about four digits of its span.
private struct Digits {
  private let decimals: Int?
  private var areDates = false

  /// Days as dates.
  static var dates: Digits {
    var digits = Digits(spanning: [])
    digits.areDates = true
    return digits
  }

  init(spanning values: [Double]) {
    let span = (values.max() ?? 0) - (values.min() ?? 0)
    let size = span > 0 ? span : abs(values.first ?? 0)
    guard size > 1e-5, size < 1e9 else {
      decimals = size == 0 ? 0 : nil
      return
    }
    decimals = max(0, 3 - Int(log10(size).rounded(.down)))
  }

  func text(_ value: Double) -> String {
    if areDates { return DayNumber.text(value) }
    return decimals.map { value.fixed($0) } ?? value.significant(6)
  }

  func text(_ range: ClosedRange<Double>?) -> String {
    range.map { "\(text($0.lowerBound)) to \(text($0.upperBound))" } ?? "–"
  }
}
