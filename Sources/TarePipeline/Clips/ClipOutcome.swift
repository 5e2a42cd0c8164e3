/// Average precision of clips, in words and as JSON.
package import TareCore
internal import TareEvaluation
internal import TareReport

package struct ClipOutcome: Sendable {
  struct Evaluated: Sendable {
    let source: String
    let isCalibrated: Bool
    let precision: ClipPrecision

    var name: String { "\(source), \(isCalibrated ? "calibrated" : "raw")" }
  }

  struct Compared: Sendable {
    let first: Evaluated
    let second: Evaluated
    let difference: (atThreshold: [ClipPrecision.Estimate], mean: ClipPrecision.Estimate)

    init(_ first: Evaluated, _ second: Evaluated) {
      self.first = first
      self.second = second
      difference = second.precision.difference(to: first.precision)
    }
  }

  var evaluated: [Evaluated] = []
  var compared: [Compared] = []

  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var blocks: [String] = []
    for evaluated in evaluated {
      let precision = evaluated.precision
      blocks.append(
        """
        \(evaluated.name): \(precision.proposals.text) clips of \(precision.videos.text) videos, \
        \(precision.segments.text) chosen segments.
        """.wrapped(toWidth: 80))
      blocks.append(
        Self.table(precision.atThreshold, precision.mean, isChange: false).text(style: style))
    }
    for compared in compared {
      blocks.append("\(compared.second.name) less \(compared.first.name)".wrapped(toWidth: 80))
      blocks.append(
        Self.table(
          compared.difference.atThreshold, compared.difference.mean, isChange: true
        ).text(style: style))
    }
    blocks.append(
      """
      Average precision in per cent: the area under precision by recall, over all videos in one order. \
      A clip is right if its overlap (tIoU) with a free segment of its video is at least the threshold.
      """.wrapped(toWidth: 80))
    return blocks.joined(separator: "\n")
  }

  private static func table(
    _ atThreshold: [ClipPrecision.Estimate], _ mean: ClipPrecision.Estimate, isChange: Bool
  ) -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("tIoU", .left), .init(isChange ? "change" : "AP"), .init("95% over videos"),
    ])
    func cells(_ estimate: ClipPrecision.Estimate) -> [String] {
      let (value, interval) = (100 * estimate.value, estimate.interval)
      let ends = interval.map { [100 * $0.lowerBound, 100 * $0.upperBound] } ?? []
      let texts = ([value] + ends).map { isChange ? $0.signed2 : $0.fixed(2) }
      return [texts[0], texts.count == 3 ? "\(texts[1]) to \(texts[2])" : "–"]
    }
    for (threshold, estimate) in zip(ClipPrecision.thresholds, atThreshold) {
      table.addRow([threshold.fixed(2)] + cells(estimate))
    }
    table.addRule()
    table.addRow(["mean"] + cells(mean), isBold: true)
    return table
  }

  package var json: JSONValue {
    [
      "models": .array(
        evaluated.map { evaluated in
          [
            "source": .string(evaluated.source), "calibrated": .bool(evaluated.isCalibrated),
            "videos": .int(evaluated.precision.videos),
            "segments": .int(evaluated.precision.segments),
            "proposals": .int(evaluated.precision.proposals),
            "average_precision": Self.json(
              evaluated.precision.atThreshold, evaluated.precision.mean),
          ]
        }),
      "comparisons": .array(
        compared.map { compared in
          [
            "first": .string(compared.first.name), "second": .string(compared.second.name),
            "difference": Self.json(
              compared.difference.atThreshold, compared.difference.mean),
          ]
        }),
    ]
  }

  private static func json(
    _ atThreshold: [ClipPrecision.Estimate], _ mean: ClipPrecision.Estimate
  ) -> JSONValue {
    func json(_ estimate: ClipPrecision.Estimate) -> JSONObject {
      ["value": .double(estimate.value), "interval": estimate.interval?.json ?? .null]
    }
    return [
      "mean": .object(json(mean)),
      "thresholds": .array(
        zip(ClipPrecision.thresholds, atThreshold).map { threshold, estimate in
          var object = json(estimate)
          object["tiou"] = .double(threshold)
          return .object(object)
        }),
    ]
  }
}
