/// The neighbourhoods of LOWESS, one after another from left to right.

/// Where one local regression takes its points from.
struct Neighbourhood {
  /// The point that is fitted, among the sorted ones.
  var point = 0
  var knot = 0
  var centre = 0.0
  /// Distance to the farther end of the neighbourhood.
  var bandwidth = 0.0
  /// The first of its points; by this program's rules the first of its knots.
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
  let neighbours: Neighbours
  let cut: Double
  let flat: Double
  private var current = Neighbourhood()
  /// By weight, the last knot of the neighbourhood, and that of the one which began a knot later.
  private var last = 0
  private var lastOfNext = 0

  init(_ points: SortedPoints, neighbours: Neighbours, rules: Lowess.Rules) {
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
    var knot = current.knot
    while knots[knot] < centre { knot += 1 }
    let (start, bandwidth) =
      switch neighbours {
      case .points(let count): nearest(count, to: centre, x)
      case .weight(let before, let reach): nearest(before, reach: reach, to: knot, knots)
      }
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

  /// The window of so many points whose farther end is nearest.
  @inline(__always)
  private func nearest(
    _ count: Int, to centre: Double, _ x: borrowing Span<Double>
  ) -> (start: Int, bandwidth: Double) {
    var start = current.start
    var end = start + count
    while end < x.count, (x[start] + x[end]) / 2 < centre {
      start += 1
      end += 1
    }
    return (start, max(centre - x[start], x[start + count - 1] - centre))
  }

  /// The window of whole knots that weighs enough and whose farther end is nearest.
  @inline(__always)
  private mutating func nearest(
    _ before: [Double], reach: Double, to knot: Int, _ knots: borrowing Span<Double>
  ) -> (start: Int, bandwidth: Double) {
    let centre = knots[knot]
    let before = before.span
    var start = current.start
    last = max(last, knot)
    while last + 1 < knots.count, before[last + 1] - before[start] <= reach { last += 1 }
    while start < knot {
      lastOfNext = max(lastOfNext, last)
      while lastOfNext < knots.count, before[lastOfNext + 1] - before[start + 1] <= reach {
        lastOfNext += 1
      }
      guard lastOfNext < knots.count, knots[lastOfNext] - centre < centre - knots[start] else {
        break
      }
      start += 1
      last = lastOfNext
    }
    return (start, max(centre - knots[start], knots[last] - centre))
  }
}

/// How many neighbours take part in a local regression.
enum Neighbours {
  /// So many points.
  case points(Int)
  /// As many distinct x as weigh more than `reach` together. `before` is the weight left of each,
  /// [knot], and last of all.
  case weight(before: [Double], reach: Double)
}
