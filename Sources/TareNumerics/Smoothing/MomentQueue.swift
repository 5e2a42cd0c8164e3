/// Moments of a range of blocks that slides to the right.

/// Sliding-window aggregation with two stacks: blocks enter at the right and leave at the left, each
/// takes part in about three joins, and nothing is ever subtracted, so no digits cancel.
struct MomentQueue<let count: Int> {
  /// The moments of the whole range; those of nothing where it is empty.
  private(set) var total = StretchMoments<count>()
  private var begin = 0
  private var end = 0
  /// The moments from each of the leftmost blocks to where the last turn was, that of the leftmost
  /// block last: the first `stacked` of them.
  private var front: [StretchMoments<count>] = []
  private var stacked = 0
  /// The moments of the blocks that entered since.
  private var back = StretchMoments<count>()
  private var backIsEmpty = true

  /// Moves both ends of the range to the right, or leaves them.
  mutating func slide(to range: Range<Int>, of blocks: [StretchMoments<count>]) {
    guard range.lowerBound > begin || range.upperBound > end else { return }
    leave(before: range.lowerBound, of: blocks)
    while end < range.upperBound {
      if backIsEmpty {
        back = blocks[end]
        backIsEmpty = false
      } else {
        back.join(back, blocks[end])
      }
      end += 1
    }
    if begin == end {
      total = .init()
    } else if stacked == 0 {
      total = back
    } else if backIsEmpty {
      total = front[stacked - 1]
    } else {
      total.join(front[stacked - 1], back)
    }
  }

  private mutating func leave(before newBegin: Int, of blocks: [StretchMoments<count>]) {
    guard newBegin > begin else { return }
    let leaving = newBegin - begin
    begin = newBegin
    if newBegin >= end {
      end = newBegin
      stacked = 0
      backIsEmpty = true
    } else if leaving <= stacked {
      stacked -= leaving
    } else {
      turn(blocks)
    }
  }

  /// Stacks the blocks that are left for leaving one by one.
  private mutating func turn(_ blocks: [StretchMoments<count>]) {
    stacked = end - begin
    backIsEmpty = true
    while front.count < stacked { front.append(.init()) }
    front[0] = blocks[end - 1]
    for level in 1..<max(stacked, 1) {
      front[level].join(blocks[end - 1 - level], front[level - 1])
    }
  }
}
