/// Comparing arrays of floats so that a failure says where and by how much.
package import Testing

/// Expects |found − wanted| ≤ tolerance everywhere; reports the worst index and both values.
package func expectClose<T: BinaryFloatingPoint>(
  _ found: [T], _ wanted: [T], tolerance: T, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == wanted.count else {
    Issue.record("\(found.count) values, wanted \(wanted.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = (index: 0, difference: T.zero)
  for index in found.indices {
    let difference = abs(found[index] - wanted[index])
    if !(difference <= worst.difference) { worst = (index, difference) }
  }
  guard !(worst.difference <= tolerance) else { return }
  Issue.record(
    """
    index \(worst.index): found \(found[worst.index]), wanted \(wanted[worst.index]); \
    difference \(worst.difference) over the tolerance \(tolerance)
    """, sourceLocation: sourceLocation)
}

/// A small generator with a seed, so that a failing random test fails again.
package struct SplitMix: RandomNumberGenerator {
  package var state: UInt64
  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
