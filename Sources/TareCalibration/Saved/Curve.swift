/// A bias as a function of one covariate.
internal import TareCore
internal import TareNumerics

package enum Curve: Sendable, Hashable {
  /// A straight line, everywhere; over log(1 + x) where `isLogarithmic`.
  case line(slope: Double, intercept: Double, isLogarithmic: Bool = false)
  /// Straight lines between knots and a constant beyond the outer ones.
  case knots(Knots)

  package struct Knots: Sendable, Hashable {
    /// The covariate's values, ascending strictly, [knot].
    package var x: [Double]
    /// The bias there, [knot].
    package var bias: [Double]
    /// The standard error of each bias, nil where a knot has none, [knot]; empty if none was
    /// computed.
    package var errors: [Double?] = []
    /// Whether too few rows stand behind a knot to correct by it, [knot]; empty if none is.
    package var isThin: [Bool] = []

    package init(x: [Double], bias: [Double], errors: [Double?] = [], isThin: [Bool] = []) {
      self.x = x
      self.bias = bias
      self.errors = errors
      self.isThin = isThin
    }

    /// At a knot, exactly its bias.
    func interpolated(at value: Double) -> Double {
      interpolated(at: value, notLeftOf: x.firstPlace(notLeftOf: value))
    }

    /// - Parameter right: the first knot that is not left of the value.
    @inline(__always)
    func interpolated(at value: Double, notLeftOf right: Int) -> Double {
      if right == x.count { return bias[x.count - 1] }
      if right == 0 || x[right] == value { return bias[right] }
      let share = (value - x[right - 1]) / (x[right] - x[right - 1])
      return bias[right - 1] + share * (bias[right] - bias[right - 1])
    }

    /// Whether the value's knot, or the one left of it, is thin.
    func isThin(at value: Double) -> Bool {
      guard !isThin.isEmpty else { return false }
      let right = x.firstPlace(notLeftOf: value)
      let nearest = right < x.count && (x[right] == value || right == 0) ? right : right - 1
      return isThin[nearest]
    }
  }

  package func bias(at value: Double) -> Double {
    switch self {
    case .line(let slope, let intercept, let isLogarithmic):
      slope * (isLogarithmic ? Scale.logarithm(value) : value) + intercept
    case .knots(let knots): knots.interpolated(at: value)
    }
  }

  /// The bias at any value, for many of them.
  var quickBias: (Double) -> Double {
    switch self {
    case .line: bias(at:)
    case .knots(let knots): KnotFinder(knots).bias(at:)
    }
  }

  package var knots: Knots? { if case .knots(let knots) = self { knots } else { nil } }
}

extension Curve {
  /// Knots kept of a curve over more distinct values than this: a saved calibration stays small.
  static let mostKnots = 10_000

  /// The curve through the points, one knot for each distinct x.
  ///
  /// Beyond 10,000 distinct values every so many are kept, evenly by rank and always the outer ones;
  /// between them the curve is straight.
  init(x: [Double], bias: [Double], errors: [Double?] = []) {
    // `x` ascending and distinct already: nothing to sort.
    guard x.count > Curve.mostKnots else {
      self = .knots(Knots(x: x, bias: bias, errors: errors))
      return
    }
    let last = Double(x.count - 1)
    let kept = (0..<Curve.mostKnots).map {
      Int((Double($0) / Double(Curve.mostKnots - 1) * last).rounded())
    }
    self = .knots(
      Knots(
        x: kept.map { x[$0] }, bias: kept.map { bias[$0] },
        errors: errors.isEmpty ? [] : kept.map { errors[$0] }))
  }

  /// The curve through rows, of which those with equal x have equal bias.
  init(rows x: [Double], bias: [Double], errors: [Double?] = []) {
    let order = x.indices.sorted { x[$0] < x[$1] }
    var firsts: [Int] = []
    for row in order where firsts.last.map({ x[$0] != x[row] }) ?? true { firsts.append(row) }
    self.init(
      x: firsts.map { x[$0] }, bias: firsts.map { bias[$0] },
      errors: errors.isEmpty ? [] : firsts.map { errors[$0] })
  }
}

extension Curve {
  /// - Throws: `TareError.badData` for a number that is not finite, and for knots that are none,
  ///   not ascending, or not as many as their biases.
  func check() throws(TareError) {
    switch self {
    case .line(let slope, let intercept, _):
      guard slope.isFinite, intercept.isFinite else {
        throw .badData(
          place: "curve", found: "the line \(slope) · x + \(intercept)", accepted: "finite numbers")
      }
    case .knots(let knots):
      try Columns.check(["x": knots.x, "bias": knots.bias])
      if let index = knots.x.indices.dropFirst().first(where: { knots.x[$0] <= knots.x[$0 - 1] }) {
        throw .badData(
          place: "column x, row \(index + 1)",
          found: "\(knots.x[index]) after \(knots.x[index - 1])", accepted: "ascending knots")
      }
      for (name, count) in [("errors", knots.errors.count), ("thin", knots.isThin.count)]
      where count != 0 && count != knots.x.count {
        throw .badData(
          place: "column \(name)", found: "\(count) rows",
          accepted: "none, or \(knots.x.count), as many as column x")
      }
    }
  }

  var json: JSONValue {
    switch self {
    case .line(let slope, let intercept, let isLogarithmic):
      return .object([
        "kind": .string("line"), "slope": .double(slope), "intercept": .double(intercept),
        "logarithmic": .bool(isLogarithmic),
      ])
    case .knots(let knots):
      var object: JSONObject = [
        "kind": .string("knots"), "x": .array(knots.x.map { .double($0) }),
        "bias": .array(knots.bias.map { .double($0) }),
      ]
      if !knots.errors.isEmpty {
        object["standard_errors"] = .array(knots.errors.map { $0.map { .double($0) } ?? .null })
      }
      if !knots.isThin.isEmpty { object["thin"] = .array(knots.isThin.map { .bool($0) }) }
      return .object(object)
    }
  }

  init(_ reader: ArtefactReader) throws(TareError) {
    switch try reader.string("kind") {
    case "line":
      self = .line(
        slope: try reader.number("slope"), intercept: try reader.number("intercept"),
        isLogarithmic: try reader.bool("logarithmic"))
    case "knots":
      self = .knots(
        Knots(
          x: try reader.numbers("x"), bias: try reader.numbers("bias"),
          errors: try reader.optional("standard_errors") { (reader) throws(TareError) in
            try reader.numbersOrNulls("standard_errors")
          } ?? [],
          isThin: try reader.optional("thin") { (reader) throws(TareError) in
            try reader.bools("thin")
          } ?? []))
    case let kind:
      throw reader.error("kind", found: "'\(kind)'", accepted: "line, knots")
    }
    do { try check() } catch { throw error.inside(reader.place) }
  }
}
