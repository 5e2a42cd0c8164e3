/// Which numbers of a table can be computed with.

extension Double {
  /// Sums of squares and cubes of larger numbers overflow, and every result would be infinite or NaN.
  package static let mostMagnitude = 1e100

  /// Finite, and not so large that sums of its powers overflow.
  package var isUsable: Bool { magnitude <= Self.mostMagnitude }

  /// What is accepted in the place of this number.
  package var acceptedInstead: String {
    isFinite ? "a number of magnitude up to 1e100" : "a finite number"
  }
}
