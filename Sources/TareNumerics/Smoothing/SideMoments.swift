/// The moments of one side of each neighbourhood of a window.

/// Neighbours next to each other share most of a side: the blocks of knots in all of them slide
/// along in a queue; the other knots are added one by one, outwards from there, so that each sum
/// grows by the few knots that the neighbour's lacks, and nothing is ever subtracted.
struct SideMoments<let count: Int> {
  /// The middle and half the width of the frame of the moments: that of the common blocks, or where
  /// there are none that of all. In the former t may exceed 1, but no more than z / b does.
  private(set) var centre = 0.0
  private(set) var halfWidth = 0.0
  /// The blocks that lie in the side of every neighbourhood.
  private(set) var core = 0..<0
  /// Σ ω tᵏ in `x`, Σ ω y tᵏ in `y`, [place][power].
  private(set) var sums = [InlineArray<count, SIMD2<Double>>](
    repeating: .init(repeating: .zero), count: windowBlock)
  private var queue = MomentQueue<count>()

  /// Moves to the next window.
  ///
  /// - Parameter side: the knots on this side of a neighbourhood; both its ends only move to the
  ///   right.
  /// - Returns: false where the sides have no knot or border in common, and there are no sums.
  @inline(__always)
  mutating func slide(
    to places: [Neighbourhood], of knots: KnotWeights, _ blocks: [StretchMoments<count>],
    side: (Neighbourhood) -> Range<Int>
  ) -> Bool {
    let (first, last) = (side(places[0]), side(places[places.count - 1]))
    core = wholeBlocks(last.lowerBound, first.upperBound)
    queue.slide(to: core, of: blocks)
    guard last.lowerBound <= first.upperBound else { return false }
    guard first.lowerBound < last.upperBound else {
      for place in places.indices { sums[place] = .init(repeating: .zero) }
      return true
    }
    let (knotX, knotMasses) = (knots.x, knots.masses)
    let x = knotX.span
    let masses = knotMasses.span
    let common =
      core.isEmpty
      ? last.lowerBound..<last.lowerBound
      : core.lowerBound * windowBlock..<core.upperBound * windowBlock
    let start = takeCore(low: x[first.lowerBound], high: x[last.upperBound - 1])
    let (middle, inverse) = (centre, StretchMoments<count>.inverse(halfWidth))

    var sums = self.sums.mutableSpan
    // What no call sees stays in registers.
    var down = InlineArray<count, SIMD2<Double>>(repeating: .zero)
    for power in 0..<count { down[power] = start[power] }
    var next = common.lowerBound
    for place in places.indices.reversed() {
      let end = side(places[place]).lowerBound
      while next > end {
        next -= 1
        Self.add(masses[next], at: (x[next] - middle) * inverse, to: &down)
      }
      for power in 0..<count { sums[place][power] = down[power] }
    }
    var up = InlineArray<count, SIMD2<Double>>(repeating: .zero)
    next = common.upperBound
    for place in places.indices {
      let end = side(places[place]).upperBound
      while next < end {
        Self.add(masses[next], at: (x[next] - middle) * inverse, to: &up)
        next += 1
      }
      for power in 0..<count { sums[place][power] += up[power] }
    }
    return true
  }

  /// Sets the frame.
  ///
  /// - Parameters:
  ///   - low: the first x in any of the sides, `high` the last.
  /// - Returns: the moments of the core in it.
  private mutating func takeCore(low: Double, high: Double) -> InlineArray<count, SIMD2<Double>> {
    let total = queue.total
    // A frame so narrow that powers of t could overflow is not taken.
    if !core.isEmpty, total.halfWidth > 1e-3 * (high - low) {
      centre = total.centre
      halfWidth = total.halfWidth
      return total.sums
    }
    centre = (low + high) / 2
    halfWidth = (high - low) / 2
    guard !core.isEmpty else { return .init(repeating: .zero) }
    let inverse = StretchMoments<count>.inverse(halfWidth)
    return total.moved(
      alpha: (total.centre - centre) * inverse, beta: total.halfWidth * inverse)
  }

  @inline(__always)
  private static func add(
    _ mass: SIMD2<Double>, at t: Double, to sums: inout InlineArray<count, SIMD2<Double>>
  ) {
    var term = mass
    sums[0] += term
    for power in 1..<count {
      term *= t
      sums[power] += term
    }
  }
}

/// The whole blocks between two knots.
func wholeBlocks(_ start: Int, _ end: Int) -> Range<Int> {
  let first = (start + windowBlock - 1) / windowBlock
  return first..<max(first, end / windowBlock)
}

/// Knots in a block, and the most neighbourhoods in a window: fewer make more joins, more make
/// wider edges.
let windowBlock = 64
