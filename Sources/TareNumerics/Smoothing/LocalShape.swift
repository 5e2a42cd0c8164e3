/// What is summed over a neighbourhood, known when the code is compiled.

/// The degree of the local polynomial and the power of the distance weight.
protocol LocalShape {
  /// Degree of the local polynomial, 0 to 2.
  static var degree: Int { get }
  /// Whether the squares of the tricube weights are summed, for variances.
  static var squared: Bool { get }
}

extension LocalShape {
  /// Degree of the weight as a polynomial in the distance.
  static var weightDegree: Int { squared ? 18 : 9 }
  /// Moments that the sums take.
  static var moments: Int { weightDegree + 2 * degree + 1 }
}

enum MeanShape: LocalShape {
  static var degree: Int { 0 }
  static var squared: Bool { false }
}

enum LineShape: LocalShape {
  static var degree: Int { 1 }
  static var squared: Bool { false }
}

enum ParabolaShape: LocalShape {
  static var degree: Int { 2 }
  static var squared: Bool { false }
}

enum MeanVarianceShape: LocalShape {
  static var degree: Int { 0 }
  static var squared: Bool { true }
}

enum LineVarianceShape: LocalShape {
  static var degree: Int { 1 }
  static var squared: Bool { true }
}

enum ParabolaVarianceShape: LocalShape {
  static var degree: Int { 2 }
  static var squared: Bool { true }
}
