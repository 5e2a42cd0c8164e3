/// What the chosen response scores above the rejected one, as a histogram.

struct MarginPlot {
  let subject: String
  /// Ascending.
  private let raw: [Double]
  /// Ascending.
  private let calibrated: [Double]
  /// Edges of the bars, ascending, all alike in width; 0 is one of them.
  private let edges: [Double]

  private static let bars = 40

  init(subject: String, margins: Report.Margins) {
    self.subject = subject
    raw = margins.raw
    calibrated = margins.calibrated
    // The outermost hundredths are counted in the outer bars, or a single pair would flatten all.
    let outer = (raw.count + calibrated.count) / 200 + 1
    let lowest = (raw.prefix(outer) + calibrated.prefix(outer)).sorted()
    let highest = (raw.suffix(outer) + calibrated.suffix(outer)).sorted(by: >)
    let low = min(0, lowest.isEmpty ? -1 : lowest[outer - 1])
    let high = max(0, highest.isEmpty ? 1 : highest[outer - 1])
    // Bars of next to no width would be without end.
    let width = high - low > 1e-290 ? (high - low) / Double(Self.bars) : 1
    let first = (low / width).rounded(.down)
    let last = max((high / width).rounded(.up), first + 1)
    edges = stride(from: first, through: last, by: 1).map { $0 * width }
  }

  /// Shares of the margins in each bar.
  private func shares(_ margins: [Double]) -> [Double] {
    guard !margins.isEmpty else { return [] }
    var counts = [Int](repeating: 0, count: edges.count - 1)
    let width = edges[1] - edges[0]
    for margin in margins {
      // A tie counts as wrong and stands left of 0.
      let place = ((margin - edges[0]) / width).rounded(.up) - 1
      counts[Int(min(max(place, 0), Double(counts.count - 1)))] += 1
    }
    return counts.map { Double($0) / Double(margins.count) }
  }

  var figure: Markup {
    let before = shares(raw)
    let after = shares(calibrated)
    let frame = PlotFrame(
      x: Axis(spanning: [edges[0], edges[edges.count - 1]]),
      y: Axis(spanning: [0, 106 * ((before + after).max() ?? 1)]),
      xTitle: "score of the better answer minus score of the worse",
      yTitle: "pairs in per cent")
    let zero = frame.place(x: 0)
    return Figure(
      title: "Margin of the better answer over the worse", subject: subject,
      description: description,
      keys: calibrated.isEmpty
        ? [.init("area raw", "raw")]
        : [.init("area raw", "raw"), .init("step calibrated", "calibrated")],
      downloads: [csv(before, after)]
    ).markup {
      tag(
        "rect",
        [
          "class": "wrong", "x": PlotFrame.left.svg, "y": PlotFrame.top.svg,
          "width": (zero - PlotFrame.left).svg,
          "height": (PlotFrame.bottom - PlotFrame.top).svg,
        ])
      frame.axes
      tag("text", ["class": "side", "x": (zero - 6).svg, "y": "38", "text-anchor": "end"]) {
        "wrong"
      }
      tag("text", ["class": "side", "x": (zero + 6).svg, "y": "38"]) { "right" }
      tag("path", ["class": "area raw", "d": frame.path(steps(before)) + "Z"])
      if !after.isEmpty {
        tag("path", ["class": "step calibrated", "d": frame.path(steps(after))])
      }
      tag(
        "line",
        [
          "class": "zero", "x1": zero.svg, "x2": zero.svg, "y1": PlotFrame.top.svg,
          "y2": PlotFrame.bottom.svg,
        ])
      // What is pointed at: the whole height above each bar.
      for place in before.indices {
        let left = frame.place(x: edges[place])
        tag(
          "rect",
          [
            "class": "target", "x": left.svg, "y": PlotFrame.top.svg,
            "width": (frame.place(x: edges[place + 1]) - left).svg,
            "height": (PlotFrame.bottom - PlotFrame.top).svg,
          ]
        ) {
          tag("title") {
            "margin \(edges[place].significant(3)) to \(edges[place + 1].significant(3)): raw "
            "\(before[place].percent)%"
            if place < after.count { ", calibrated \(after[place].percent)%" }
            " of the pairs"
          }
        }
      }
    }
  }

  /// The outline of bars, from the axis up and back to it.
  private func steps(_ shares: [Double]) -> [PlotPoint] {
    var points = [PlotPoint(x: edges[0], y: 0)]
    for (place, share) in shares.enumerated() {
      points.append(PlotPoint(x: edges[place], y: 100 * share))
      points.append(PlotPoint(x: edges[place + 1], y: 100 * share))
    }
    return points + [PlotPoint(x: edges[edges.count - 1], y: 0)]
  }

  private var description: String {
    func words(_ kind: String, _ sorted: [Double]) -> String {
      let wrong = Double(sorted.count { $0 <= 0 }) / Double(sorted.count)
      return
        "\(kind): median \(sorted[sorted.count / 2].significant(3)), \(wrong.percent)% at 0 or below."
    }
    let both = [("Raw", raw), ("Calibrated", calibrated)].filter { !$0.1.isEmpty }
    return both.map { words($0.0, $0.1) }.joined(separator: " ")
  }

  private func csv(_ before: [Double], _ after: [Double]) -> CSVDownload {
    CSVDownload(
      "CSV", file: "\(subject) margins",
      header: ["margin_from", "margin_to", "share_raw"]
        + (after.isEmpty ? [] : ["share_calibrated"]),
      rows: before.indices.map { place in
        ["\(edges[place])", "\(edges[place + 1])", "\(before[place])"]
          + (after.isEmpty ? [] : ["\(after[place])"])
      })
  }
}
