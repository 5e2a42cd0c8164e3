/// The line that the length penalty takes off.
internal import TareCore

/// A line through 0 over the first covariate.
struct Penalty {
  private let coefficient: CalibratorOptions.Coefficient
  private let scale: Scale

  /// By default 0.001 a unit, the paper's for a character.
  init(_ options: CalibratorOptions) throws(TareError) {
    coefficient = options.coefficient ?? .fixed(0.001)
    scale = options.scale
    if case .fixed(let value) = coefficient {
      try CalibratorOptions.require(
        value.isFinite, .coefficient, value, "a finite number, or tuned")
    }
    guard scale != .rank else {
      throw .usage("method penalty, scale: expected char, log, found rank")
    }
  }

  var parameters: JSONObject {
    let value: JSONValue =
      switch coefficient {
      case .fixed(let value): .double(value)
      case .tuned: "tuned"
      }
    return ["coefficient": value, "scale": .string(scale.rawValue)]
  }

  /// A tuned one is the least-squares slope: less it, Pearson's correlation is 0.
  func slope(in table: CalibrationTable) throws(TareError) -> Double {
    let column = try table.column(0, on: scale)
    switch coefficient {
    case .fixed(let value): return value
    case .tuned: return Association(of: table.scores, on: column)?.slope ?? 0
    }
  }

  func bias(_ slope: Double) -> Bias {
    .curve(.line(slope: slope, intercept: 0, isLogarithmic: scale == .log), covariate: 0)
  }
}
