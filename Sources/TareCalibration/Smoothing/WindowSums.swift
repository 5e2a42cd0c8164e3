/// Local sums over all neighbourhoods in about n log n: moments inside, single knots at the edges.

/// The tricube weight is a polynomial of the distance on each side of the centre, so what it sums to
/// over a stretch of points follows from their moments. Neighbourhoods are taken `block` at a time:
/// the blocks of knots that lie inside all of them, on one side, are summed by their moments, which
/// slide along in a queue; the knots near the edges and the centres one by one. All ends only move
/// to the right, so the single knots are in all a few for each neighbourhood.
struct WindowSums<let count: Int, Shape: LocalShape> {
  let knots: KnotWeights
  let rules: Lowess.Rules
  private var tree: MomentTree<count>
  private var left = MomentQueue<count>()
  private var middle = MomentQueue<count>()
  private var right = MomentQueue<count>()

  init(_ knots: KnotWeights, rules: Lowess.Rules) {
    precondition(count == Shape.moments)
    self.knots = knots
    self.rules = rules
    tree = MomentTree(knots)
  }

  /// The sums of up to `windowBlock` neighbourhoods, right of those of the last call, in fours.
  ///
  /// - Parameter accept: is given the index of the first of four neighbourhoods, their sums, and
  ///   whether they are as good as they get; returns whether they are good enough.
  mutating func sums(
    of places: [Neighbourhood],
    accept: (_ first: Int, _ sums: LaneSums<Shape>, _ final: Bool) -> Bool
  ) {
    guard let first = places.first, let last = places.last else { return }
    // Whole blocks: of the left side, of where weights are 1 (R), of the right side.
    let leftBlocks = inside(last.outer.lowerBound, first.inner.lowerBound)
    let middleBlocks = inside(last.inner.lowerBound, first.inner.upperBound)
    let rightBlocks = inside(last.inner.upperBound, first.outer.upperBound)
    left.slide(to: leftBlocks, of: tree.blocks)
    middle.slide(to: middleBlocks, of: tree.blocks)
    right.slide(to: rightBlocks, of: tree.blocks)

    for group in stride(from: 0, to: places.count, by: Lanes.scalarCount) {
      let frame = LaneFrame(places, from: group, rules: rules)
      var edges = LaneSums<Shape>()
      var next = frame.outer.lowerBound
      let stretches: InlineArray<3, Range<Int>> = [leftBlocks, middleBlocks, rightBlocks]
      for index in stretches.indices where !stretches[index].isEmpty {
        let blocks = stretches[index]
        edges.add(next..<blocks.lowerBound * windowBlock, of: knots, frame)
        next = blocks.upperBound * windowBlock
      }
      edges.add(next..<frame.outer.upperBound, of: knots, frame)

      var sums = edges
      if !leftBlocks.isEmpty { sums.add(left.total, side: -1, frame) }
      if !middleBlocks.isEmpty { sums.add(middle.total, side: 0, frame) }
      if !rightBlocks.isEmpty { sums.add(right.total, side: 1, frame) }
      let final = leftBlocks.isEmpty && rightBlocks.isEmpty
      if accept(group, sums, final) || final { continue }
      sums = edges
      tree.add(middleBlocks, side: 0, of: knots, frame, to: &sums)
      tree.add(leftBlocks, side: -1, of: knots, frame, to: &sums)
      tree.add(rightBlocks, side: 1, of: knots, frame, to: &sums)
      _ = accept(group, sums, true)
    }
  }

  /// The whole blocks between two knots.
  private func inside(_ start: Int, _ end: Int) -> Range<Int> {
    let first = (start + windowBlock - 1) / windowBlock
    return first..<max(first, end / windowBlock)
  }
}

/// Knots in a block, and neighbourhoods that are summed at a time: fewer make more joins, more make
/// wider edges.
let windowBlock = 16
