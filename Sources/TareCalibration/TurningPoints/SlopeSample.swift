/// What the resampled curves say.
internal import TareCore
internal import TareNumerics

/// The slopes and turns of resampled curves.
struct SlopeSample {
  private let places: [(x: Double, slope: Double)]
  /// Those of each resample, [resample][place]; NaN beyond its ends.
  private var slopes: [[Double]] = []
  private var turns: [[Turn]] = []
  private let flat: Double

  /// - Parameter places: with the slope of the data's own curve.
  init(places: [(x: Double, slope: Double)], flat: Double) {
    self.places = places
    self.flat = flat
  }

  mutating func add(_ curve: SlopedCurve) {
    slopes.append(places.map { curve.slope(at: $0.x) ?? .nan })
    turns.append(curve.turns)
  }

  /// Where the turns of a kind are, one a resample at most, ascending.
  func places(of kind: TurningPoint.Kind, within basin: ClosedRange<Double>) -> [Double] {
    turns.compactMap { turns in
      turns.filter { $0.kind == kind && basin.contains($0.x) }.max { $1.isBeyond($0) }?.x
    }.sorted()
  }

  /// The sign of the data's slope at each place, 0 where it may be noise; see `TurningPoints`.
  var signs: [(x: Double, sign: Int)] {
    let deviations = places.indices.map(deviation)
    let reaches = slopes.map { slopes in
      places.indices.reduce(0.0) { reach, place in
        guard let deviation = deviations[place], !slopes[place].isNaN else { return reach }
        let distance = abs(slopes[place] - places[place].slope)
        return max(reach, distance / deviation)
      }
    }
    let reach = reaches.sorted().quantile(0.9)
    return places.indices.map { place in
      guard let deviation = deviations[place] else { return (places[place].x, 0) }
      let slope = places[place].slope
      let isSure = abs(slope) > reach * deviation
      return (places[place].x, isSure ? (slope < 0 ? -1 : 1) : 0)
    }
  }

  /// The standard deviation of the resampled slopes at a place, at least what is flat; nil where a
  /// tenth of the resamples has none there.
  private func deviation(_ place: Int) -> Double? {
    let known = slopes.map { $0[place] }.filter { !$0.isNaN }
    guard known.count > 1, known.count * 10 >= slopes.count * 9 else { return nil }
    return max(known.standardError * Double(known.count).squareRoot(), flat)
  }
}
