/// A curve with its slopes, and where they change sign.
internal import TareNumerics

/// A change of the slope's sign.
struct Turn: Hashable {
  let kind: TurningPoint.Kind
  let x: Double
  /// The curve there.
  let fitted: Double

  /// Whether it is the more extreme of two of its kind.
  func isBeyond(_ other: Turn) -> Bool {
    kind == .minimum ? fitted < other.fitted : fitted > other.fitted
  }
}

/// The knots of a fit whose slope is known.
struct SlopedCurve {
  /// [knot], ascending.
  private var x: [Double] = []
  /// [knot]
  private var fitted: [Double] = []
  /// [knot]
  private var slope: [Double] = []
  /// Slopes up to this are 0.
  let flat: Double
  /// The outermost x, whether its slope is known or not.
  let first: Double
  let last: Double

  init(_ fit: LowessFit, _ slopes: [Double?], flat: Double) {
    self.flat = flat
    first = fit.knotX.first ?? 0
    last = fit.knotX.last ?? 0
    for (knot, slope) in slopes.enumerated() {
      guard let slope else { continue }
      x.append(fit.knotX[knot])
      fitted.append(fit.knotY[knot])
      self.slope.append(slope)
    }
  }

  /// The changes of sign, ascending in x.
  var turns: [Turn] {
    var turns: [Turn] = []
    var before: Int?
    for knot in slope.indices where sign(slope[knot]) != 0 {
      defer { before = knot }
      guard let before, sign(slope[before]) != sign(slope[knot]) else { continue }
      turns.append(turn(between: before, and: knot))
    }
    return turns
  }

  /// Between neighbours the place where a straight line through their slopes is 0, otherwise the
  /// middle of the plateau.
  private func turn(between left: Int, and right: Int) -> Turn {
    let kind: TurningPoint.Kind = slope[left] < 0 ? .minimum : .maximum
    guard right == left + 1 else {
      let place = x[left + 1] / 2 + x[right - 1] / 2
      return Turn(kind: kind, x: place, fitted: value(fitted, at: place) ?? fitted[left])
    }
    let share = slope[left] / (slope[left] - slope[right])
    return Turn(
      kind: kind, x: x[left] + share * (x[right] - x[left]),
      fitted: fitted[left] + share * (fitted[right] - fitted[left]))
  }

  func sign(_ slope: Double) -> Int { abs(slope) <= flat ? 0 : slope < 0 ? -1 : 1 }

  /// The slope at a place, straight between knots; nil beyond them.
  func slope(at place: Double) -> Double? { value(slope, at: place) }

  private func value(_ values: [Double], at place: Double) -> Double? {
    guard let left = x.first, let right = x.last, left <= place, place <= right else { return nil }
    var low = 0
    var high = x.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if x[middle] <= place { low = middle } else { high = middle }
    }
    guard x[high] > x[low] else { return values[low] }
    let share = (place - x[low]) / (x[high] - x[low])
    return (1 - share) * values[low] + share * values[high]
  }

  /// Up to so many knots, spread evenly over them, with their slopes.
  func places(atMost most: Int) -> [(x: Double, slope: Double)] {
    let count = min(most, x.count)
    guard count > 1 else { return zip(x, slope).map { ($0, $1) } }
    return (0..<count).map { place in
      let knot = place * (x.count - 1) / (count - 1)
      return (x[knot], slope[knot])
    }
  }

  /// The turns that stand between slopes of sure and opposite signs: in each such gap the most
  /// extreme one.
  ///
  /// - Parameter signs: places with the sign of the slope, 0 where it may be noise, ascending in x.
  func clearTurns(signs: [(x: Double, sign: Int)]) -> [(turn: Turn, gap: ClosedRange<Double>)] {
    let turns = turns
    var clear: [(turn: Turn, gap: ClosedRange<Double>)] = []
    var before: (x: Double, sign: Int)?
    for place in signs where place.sign != 0 {
      defer { before = place }
      guard let before, before.sign != place.sign else { continue }
      let kind: TurningPoint.Kind = before.sign < 0 ? .minimum : .maximum
      let gap = before.x...place.x
      let extreme = turns.filter { $0.kind == kind && gap.contains($0.x) }.max { $1.isBeyond($0) }
      if let extreme { clear.append((extreme, gap)) }
    }
    return clear
  }
}
