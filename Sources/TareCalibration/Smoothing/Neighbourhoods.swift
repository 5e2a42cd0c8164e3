/// The neighbourhoods of LOWESS, one after another from left to right.

/// Where one local regression takes its points from.
struct Neighbourhood {
  /// The point that is fitted, among the sorted ones.
  var point = 0
  var knot = 0
  var centre = 0.0
  /// Distance to the farther end of the neighbourhood.
  var bandwidth = 0.0
  /// The first of its points.
  var start = 0
  /// The knots within the distance where weights end.
  var outer = 0..<0
  /// The knots within the distance where weights are 1; for statsmodels only the centre's own.
  var inner = 0..<0
}

/// Walks over the points that are fitted. Since the bandwidth never changes faster than the centre
/// moves, every end of a neighbourhood only moves to the right.
struct NeighbourhoodWalk {
  let points: SortedPoints
  let neighbours: Int
  let cut: Double
  let flat: Double
  private var current = Neighbourhood()

  init(_ points: SortedPoints, neighbours: Int, rules: Lowess.Rules) {
    self.points = points
    self.neighbours = neighbours
    cut = rules.cut
    flat = rules.flat
  }

  /// The neighbourhood of `point`, the first one, the last one asked for, or right of that.
  mutating func move(to point: Int) -> Neighbourhood {
    let (x, knots) = (points.x, points.knotX)
    move(to: point, x: x.span, knots: knots.span)
    return current
  }

  /// The neighbourhoods from that of `evaluated[first]` on that are summed together, `windowBlock` at
  /// most: no end of a side gets farther than the middle of the first one's side, lest little were
  /// common, but at least four are taken.
  mutating func takeWindow(
    from first: Int, of evaluated: [Int32], into places: inout [Neighbourhood]
  ) {
    let (x, knots) = (points.x, points.knotX)
    places.removeAll(keepingCapacity: true)
    var (farthestStart, farthestCentre) = (0, 0)
    for index in first..<min(first + windowBlock, evaluated.count) {
      move(to: Int(evaluated[index]), x: x.span, knots: knots.span)
      if index == first {
        farthestStart = (current.outer.lowerBound + current.inner.upperBound) / 2
        farthestCentre = (current.inner.upperBound + current.outer.upperBound) / 2
      } else if index >= first + Lanes.scalarCount,
        current.outer.lowerBound > farthestStart || current.inner.upperBound > farthestCentre
      {
        break
      }
      places.append(current)
    }
  }

  @inline(__always)
  private mutating func move(
    to point: Int, x: borrowing Span<Double>, knots: borrowing Span<Double>
  ) {
    let centre = x[point]
    var start = current.start
    var end = start + neighbours
    while end < x.count, (x[start] + x[end]) / 2 < centre {
      start += 1
      end += 1
    }
    let bandwidth = max(centre - x[start], x[start + neighbours - 1] - centre)
    var knot = current.knot
    while knots[knot] < centre { knot += 1 }
    var (outerStart, outerEnd) = (current.outer.lowerBound, current.outer.upperBound)
    var (innerStart, innerEnd) = (current.inner.lowerBound, current.inner.upperBound)
    let (outerReach, innerReach) = (cut * bandwidth, flat * bandwidth)
    while centre - knots[outerStart] > outerReach { outerStart += 1 }
    while centre - knots[innerStart] > innerReach { innerStart += 1 }
    while innerEnd < knots.count, knots[innerEnd] - centre <= innerReach { innerEnd += 1 }
    while outerEnd < knots.count, knots[outerEnd] - centre <= outerReach { outerEnd += 1 }
    current = Neighbourhood(
      point: point, knot: knot, centre: centre, bandwidth: bandwidth, start: start,
      outer: outerStart..<outerEnd, inner: innerStart..<innerEnd)
  }
}
