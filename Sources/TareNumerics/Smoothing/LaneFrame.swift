/// Where four neighbourhoods are.

struct LaneFrame {
  var centre = Lanes.zero
  /// 1 over the bandwidth; 0 where that is no normal number, and the sums are worth nothing.
  var inverse = Lanes.zero
  /// Weights end at this distance.
  let outerReach: Lanes
  /// Weights are 1 up to this distance.
  let innerReach: Lanes
  /// Whether those two matter.
  let flattened: Bool
  /// The knots that have a weight in any of the four.
  let outer: Range<Int>
  /// The knots where weights are 1 in any of the four.
  let inner: Range<Int>
  /// Where the four are in their window: from `first` on, none beyond `last`.
  let first: Int
  let last: Int

  /// - Parameter group: index of the first of the four; where there are fewer, the last is repeated.
  init(_ places: [Neighbourhood], from group: Int, rules: Lowess.Rules) {
    first = group
    last = min(group + Lanes.scalarCount, places.count) - 1
    var bandwidth = Lanes.zero
    for lane in 0..<Lanes.scalarCount {
      let index = min(group + lane, last)
      centre[lane] = places[index].centre
      bandwidth[lane] = places[index].bandwidth
    }
    inverse = (1 / bandwidth).replacing(with: 0, where: bandwidth .< 1e-150)
    outerReach = rules.cut * bandwidth
    innerReach = rules.flat * bandwidth
    flattened = rules == .r
    outer = places[group].outer.lowerBound..<places[last].outer.upperBound
    inner = places[group].inner.lowerBound..<places[last].inner.upperBound
  }
}
