/// The bias that a calibration takes off, as a function of the covariate.
internal import TareCore

package enum Curve: Sendable, Hashable {
  /// A straight line, everywhere.
  case line(slope: Double, intercept: Double)
  /// Straight lines between knots and a constant beyond the outer ones; `x` ascends strictly.
  case knots(x: [Double], bias: [Double])

  package func bias(at value: Double) -> Double {
    switch self {
    case .line(let slope, let intercept): slope * value + intercept
    case .knots(let x, let bias): Curve.interpolate(x, bias, at: value)
    }
  }

  /// At a knot, exactly its bias.
  private static func interpolate(_ x: [Double], _ bias: [Double], at value: Double) -> Double {
    // The first knot that is not left of the value.
    var right = 0
    var end = x.count
    while right < end {
      let middle = (right + end) / 2
      if x[middle] < value { right = middle + 1 } else { end = middle }
    }
    if right == x.count { return bias[x.count - 1] }
    if right == 0 || x[right] == value { return bias[right] }
    let share = (value - x[right - 1]) / (x[right] - x[right - 1])
    return bias[right - 1] + share * (bias[right] - bias[right - 1])
  }

  /// The same curve, lower by `amount` everywhere.
  func lowered(by amount: Double) -> Curve {
    switch self {
    case .line(let slope, let intercept): .line(slope: slope, intercept: intercept - amount)
    case .knots(let x, let bias): .knots(x: x, bias: bias.map { $0 - amount })
    }
  }
}

extension Curve {
  /// - Throws: `TareError.badData` for a number that is not finite, and for knots that are none,
  ///   not ascending, or not as many as their biases.
  func check() throws(TareError) {
    switch self {
    case .line(let slope, let intercept):
      guard slope.isFinite, intercept.isFinite else {
        throw .badData(
          place: "curve", found: "the line \(slope) · x + \(intercept)", accepted: "finite numbers")
      }
    case .knots(let x, let bias):
      try Columns.check(["x": x, "bias": bias])
      if let index = x.indices.dropFirst().first(where: { x[$0] <= x[$0 - 1] }) {
        throw .badData(
          place: "column x, row \(index + 1)", found: "\(x[index]) after \(x[index - 1])",
          accepted: "ascending knots")
      }
    }
  }

  var json: JSONValue {
    switch self {
    case .line(let slope, let intercept):
      .object(["kind": .string("line"), "slope": .double(slope), "intercept": .double(intercept)])
    case .knots(let x, let bias):
      .object([
        "kind": .string("knots"), "x": .array(x.map { .double($0) }),
        "bias": .array(bias.map { .double($0) }),
      ])
    }
  }

  init(_ reader: ArtefactReader) throws(TareError) {
    switch try reader.string("kind") {
    case "line":
      self = .line(slope: try reader.number("slope"), intercept: try reader.number("intercept"))
    case "knots": self = .knots(x: try reader.numbers("x"), bias: try reader.numbers("bias"))
    case let kind:
      throw reader.error("kind", found: "'\(kind)'", accepted: "line, knots")
    }
    do { try check() } catch { throw error.inside(reader.place) }
  }
}
