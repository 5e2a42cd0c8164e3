/// Moments of blocks of knots, and of pairs of them, pairs of pairs, and so on.

/// For neighbourhoods in which nearly all points lie at the edge, where weights are next to 0: there
/// the moments of everything lose the digits of the few that count. Taken in pieces, the light ones
/// lose digits of their own small weight only.
struct MomentTree<let count: Int> {
  /// The whole blocks of `windowBlock` knots, [block].
  let blocks: [StretchMoments<count>]
  /// [level][node]: the blocks, then joins of two of the level below. Made when first needed.
  private var levels: [[StretchMoments<count>]] = []

  init(_ knots: KnotWeights) {
    blocks = (0..<knots.x.count / windowBlock).map { block in
      StretchMoments(of: knots, in: block * windowBlock..<(block + 1) * windowBlock)
    }
  }

  /// Adds the blocks of a range, in pieces as large as they can be without harm.
  mutating func add<Shape: LocalShape>(
    _ range: Range<Int>, side: Double, of knots: KnotWeights, _ frame: LaneFrame,
    to sums: inout LaneSums<Shape>
  ) {
    guard !range.isEmpty else { return }
    if levels.isEmpty { levels = [blocks] }
    while let top = levels.last, top.count > 1 {
      levels.append(
        (0..<top.count / 2).map { .joining(top[2 * $0], top[2 * $0 + 1]) })
    }
    add(range, level: levels.count, node: 0, side: side, of: knots, frame, to: &sums)
  }

  private func add<Shape: LocalShape>(
    _ range: Range<Int>, level: Int, node: Int, side: Double, of knots: KnotWeights,
    _ frame: LaneFrame, to sums: inout LaneSums<Shape>
  ) {
    let covered = node << level..<(node + 1) << level
    guard covered.overlaps(range) else { return }
    if level < levels.count, covered.lowerBound >= range.lowerBound,
      covered.upperBound <= range.upperBound
    {
      var tried = sums
      tried.add(levels[level][node], side: side, frame)
      // What this piece may lose is set against all weight so far, the heavier pieces first.
      let added = tried.byMoments - sums.byMoments
      if all(added .<= 4 * tried.w0) {
        sums = tried
        return
      }
      if level == 0 {
        sums.add(node * windowBlock..<(node + 1) * windowBlock, of: knots, frame)
        return
      }
    }
    let nearerFirst = side < 0 ? [2 * node + 1, 2 * node] : [2 * node, 2 * node + 1]
    for child in nearerFirst {
      add(range, level: level - 1, node: child, side: side, of: knots, frame, to: &sums)
    }
  }
}
