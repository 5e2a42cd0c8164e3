/// How well the probabilities of a typed question hold: reliability, and errors by coverage.
internal import TareEvaluation

struct QuestionPlots {
  let question: TypedQuestions.Judged

  private var kind: String { question.isCalibrated ? "calibrated" : "raw" }
  private var key: Figure.Key { question.isCalibrated ? .calibrated : .raw }

  var reliability: Markup {
    let frame = PlotFrame(
      x: Axis(spanning: [0, 100], margin: 0.02), y: Axis(spanning: [0, 100], margin: 0.02),
      xTitle: "confidence in the answer, in per cent",
      yTitle: "how often it is right, in per cent")
    return Figure(
      title: "Reliability", subject: question.title, description: reliabilityText,
      keys: [key, .init("reference", "perfect calibration")],
      numbers: NumbersTable(
        caption: "Reliability of \(question.title), in per cent",
        header: ["Confidence", "Right", "Rows"],
        rows: question.bins.map { [$0.confidence.percent, $0.accuracy.percent, $0.rows.text] })
    ).markup {
      frame.axes
      tag(
        "path",
        ["class": "reference", "d": frame.path([.init(x: 0, y: 0), .init(x: 100, y: 100)])]
      ) { tag("title") { "perfect calibration: accuracy equals confidence" } }
      for bin in question.bins {
        let interval = Proportion.wilson(
          share: min(max(bin.accuracy, 0), 1), trials: max(bin.rows, 1), clusters: max(bin.rows, 1))
        frame.mark(
          x: 100 * bin.confidence, 100 * bin.accuracy,
          (100 * interval.lowerBound)...(100 * interval.upperBound), kind: kind,
          title:
            "confidence \(bin.confidence.percent)%: right \(bin.accuracy.percent)% "
            + "(\(interval.percent)) of \(bin.rows.counted("row"))")
      }
    }
  }

  private var reliabilityText: String {
    question.bins.map { "confidence \($0.confidence.percent)%, right \($0.accuracy.percent)%" }
      .joined(separator: "; ") + "."
  }

  var coverage: Markup {
    let points = question.coverage.map { PlotPoint(x: 100 * $0.coverage, y: 100 * $0.risk) }
    let frame = PlotFrame(
      x: Axis(spanning: [0, 100]), y: Axis(spanning: [0] + points.map(\.y), margin: 0.05),
      xTitle: "answers given, the most confident first, in per cent",
      yTitle: "wrong among them, in per cent")
    return Figure(
      title: "Risk and coverage", subject: question.title,
      description: points.last.map { "\($0.y.fixed(1))% are wrong if all are answered." } ?? "",
      keys: [.init("curve-\(kind)", kind)],
      numbers: NumbersTable(
        caption: "Risk and coverage of \(question.title), in per cent",
        header: ["Answered", "Wrong"], rows: points.map { [$0.x.fixed(1), $0.y.fixed(1)] })
    ).markup {
      frame.axes
      if points.count > 1 { tag("path", ["class": "line \(kind)", "d": frame.path(points)]) }
      for point in points {
        frame.mark(
          x: point.x, point.y, nil, kind: kind,
          title: "\(point.x.fixed(1))% answered: \(point.y.fixed(1))% wrong")
      }
    }
  }
}
