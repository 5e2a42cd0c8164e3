/// Local sums over all neighbourhoods in about n log n.

/// The tricube weight is a polynomial of the distance on each side of the centre, so what it sums to
/// over the points of a side follows from their moments (`SideMoments`). The knots where weights are
/// flat (R) are one by one and in blocks. Where moments lose digits, the common blocks are taken in
/// pieces and all other knots one by one.
struct WindowSums<let count: Int, Shape: LocalShape> {
  let knots: KnotWeights
  let rules: Lowess.Rules
  private var tree: MomentTree<count>
  private var left = SideMoments<count>()
  private var right = SideMoments<count>()
  private var middle = MomentQueue<count>()

  init(_ knots: KnotWeights, rules: Lowess.Rules) {
    precondition(count == Shape.moments)
    self.knots = knots
    self.rules = rules
    tree = MomentTree(knots)
  }

  /// The sums of the neighbourhoods of a window, right of those of the last call, in fours.
  ///
  /// - Parameter accept: is given the index of the first of four neighbourhoods, their sums (which
  ///   are not copied, being large), and whether they are as good as they get; returns whether they
  ///   are good enough.
  mutating func sums(
    of places: [Neighbourhood],
    accept: (_ first: Int, _ sums: inout LaneSums<Shape>, _ final: Bool) -> Bool
  ) {
    guard let first = places.first, let last = places.last else { return }
    let isFlat = rules == .r
    let leftShares = left.slide(to: places, of: knots, tree.blocks) {
      // For statsmodels the centre itself may stand on either side.
      $0.outer.lowerBound..<(isFlat ? $0.inner.lowerBound : $0.inner.upperBound)
    }
    let rightShares = right.slide(to: places, of: knots, tree.blocks) {
      $0.inner.upperBound..<$0.outer.upperBound
    }
    let middleBlocks = wholeBlocks(last.inner.lowerBound, first.inner.upperBound)
    if isFlat { middle.slide(to: middleBlocks, of: tree.blocks) }

    for group in stride(from: 0, to: places.count, by: Lanes.scalarCount) {
      let frame = LaneFrame(places, from: group, rules: rules)
      if leftShares, rightShares {
        var sums = LaneSums<Shape>()
        if isFlat { addFlat(middleBlocks, frame, to: &sums) }
        sums.add(left, side: -1, frame)
        sums.add(right, side: 1, frame)
        if accept(group, &sums, false) { continue }
      }
      var sums = inPieces(middleBlocks, frame)
      _ = accept(group, &sums, true)
    }
  }

  /// Adds the knots where weights are 1.
  private func addFlat(_ blocks: Range<Int>, _ frame: LaneFrame, to sums: inout LaneSums<Shape>) {
    guard !blocks.isEmpty else { return sums.addFlat(frame.inner, of: knots, frame) }
    sums.add(middle.total, side: 0, frame)
    sums.addFlat(
      frame.inner.lowerBound..<blocks.lowerBound * windowBlock, of: knots, frame)
    sums.addFlat(
      blocks.upperBound * windowBlock..<frame.inner.upperBound, of: knots, frame)
  }

  /// The sums with as few digits lost as can be: knots at the edges one by one.
  private mutating func inPieces(_ middleBlocks: Range<Int>, _ frame: LaneFrame) -> LaneSums<Shape>
  {
    var sums = LaneSums<Shape>()
    var next = frame.outer.lowerBound
    let stretches: InlineArray<3, Range<Int>> = [left.core, middleBlocks, right.core]
    for index in stretches.indices where !stretches[index].isEmpty {
      let blocks = stretches[index]
      sums.add(next..<blocks.lowerBound * windowBlock, of: knots, frame)
      next = blocks.upperBound * windowBlock
    }
    sums.add(next..<frame.outer.upperBound, of: knots, frame)
    tree.add(middleBlocks, side: 0, of: knots, frame, to: &sums)
    tree.add(left.core, side: -1, of: knots, frame, to: &sums)
    tree.add(right.core, side: 1, of: knots, frame, to: &sums)
    return sums
  }
}
