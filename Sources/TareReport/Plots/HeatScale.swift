/// Which shade of a heat map a value has, and what its key says.
internal import Foundation

/// Shades are classes of the style sheet: "q0" to "q9" from little to much, "v0" to "v12" from
/// below to above what is even.
struct HeatScale {
  /// Where a label of the key stands, 0 at its start and 1 at its end.
  typealias Tick = (position: Double, label: String)

  private enum Form {
    case linear(most: Double)
    case log(ClosedRange<Double>)
    case octaves(Double)
  }

  private let form: Form
  /// What the numbers are: "times the even share".
  let title: String
  let ticks: [Tick]

  private static let sequential = 10
  private static let diverging = 13

  /// From 0 to `most`.
  static func linear(_ title: String, most: Double) -> HeatScale {
    let decimals = most >= 5 ? 0 : most >= 0.5 ? 1 : 2
    return HeatScale(
      form: .linear(most: most), title: title,
      ticks: (0...5).map { step in
        let position = Double(step) / 5
        return (position, (position * most).fixed(decimals))
      })
  }

  /// From 0 to a round value at or above the largest, and to `most` at most.
  static func linear(
    _ title: String, over values: some Sequence<Double>, most: Double
  ) -> HeatScale {
    let largest = values.filter(\.isFinite).max() ?? most
    let parts = [0.05, 0.1, 0.2, 0.5].map { $0 * most }
    return linear(title, most: parts.first { $0 >= largest } ?? most)
  }

  /// Even steps of the logarithm over the positive values.
  static func log(_ title: String, over values: some Sequence<Double>) -> HeatScale {
    let axis = Axis(spanning: values, scale: .log)
    return HeatScale(
      form: .log(axis.range), title: title,
      ticks: axis.ticks(atMost: 5).map { (axis.position(of: $0.value), $0.label) })
  }

  /// From an eighth, a quarter or a half to as many times, whatever the values need.
  static func times(_ title: String, over values: some Sequence<Double>) -> HeatScale {
    let most = values.filter { $0 > 0 && $0.isFinite }.map { abs(log2($0)) }.max() ?? 0
    let octaves = min(3, max(1, (most - 0.05).rounded(.up)))
    let powers = stride(from: -octaves, through: octaves, by: 1)
    return HeatScale(
      form: .octaves(octaves), title: title,
      ticks: powers.map { power in
        let times = Int(exp2(abs(power)))
        return ((power / octaves + 1) / 2, power < 0 ? "1/\(times)" : String(times))
      })
  }

  private init(form: Form, title: String, ticks: [Tick]) {
    self.form = form
    self.title = title
    self.ticks = ticks
  }

  var count: Int {
    if case .octaves = form { Self.diverging } else { Self.sequential }
  }

  /// Whether 0 is no small value but none at all, and is drawn as a cross.
  var marksZero: Bool { letter == "v" }

  private var letter: String { if case .octaves = form { "v" } else { "q" } }

  func className(_ shade: Int) -> String { letter + String(shade) }

  /// Values beyond the scale have the shade of its end.
  func shade(of value: Double) -> Int {
    switch form {
    case .linear(let most): Self.step(value / most)
    case .log(let range):
      Self.step(
        Foundation.log(max(value, range.lowerBound) / range.lowerBound)
          / Foundation.log(range.upperBound / range.lowerBound))
    case .octaves(let octaves):
      6 + Int((6 * min(1, max(-1, value > 0 ? log2(value) / octaves : -1))).rounded())
    }
  }

  private static func step(_ position: Double) -> Int {
    guard position > 0 else { return 0 }
    return Int(min(Double(sequential) * position, Double(sequential - 1)))
  }

  /// Whether text on the shade must stand out against a strong colour.
  func isStrong(_ shade: Int) -> Bool {
    if case .octaves = form { abs(shade - 6) >= 4 } else { shade >= 5 }
  }

  /// The shades side by side, with numbers below them.
  var key: Markup {
    let width = 208.0
    let each = width / Double(count)
    // The middle of an outer shade is the end of a scale that goes both ways.
    let (start, span) = letter == "v" ? (each / 2, width - each) : (0, width)
    return tag(
      "svg",
      [
        "class": "map-key", "aria-hidden": "true", "width": (width + 40).svg, "height": "34",
        "viewBox": "-20 0 \((width + 40).svg) 34",
      ]
    ) {
      for shade in 0..<count {
        tag(
          "rect",
          [
            "class": className(shade), "x": (Double(shade) * each).svg, "y": "2",
            "width": (each + 0.5).svg, "height": "10",
          ])
      }
      for tick in ticks {
        tag(
          "text",
          ["x": (start + tick.position * span).svg, "y": "27", "text-anchor": "middle"]
        ) { tick.label }
      }
    }
  }
}
