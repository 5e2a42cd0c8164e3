/// How far two distributions are from each other (Lin 1991).
internal import Foundation

enum JensenShannon {
  /// What each outcome adds to the divergence, to base 2: ½ (p log p/m + q log q/m), m = (p + q)/2; never
  /// below 0 but by rounding.
  static func terms(_ p: [Double], _ q: [Double]) -> [Double] {
    zip(p, q).map { p, q in
      let middle = (p + q) / 2
      func half(_ share: Double) -> Double { share > 0 ? share / 2 * log2(share / middle) : 0 }
      return half(p) + half(q)
    }
  }

  /// √ of the divergence to base 2: 0 for the same distributions, 1 for those that share no outcome.
  static func distance(_ p: [Double], _ q: [Double]) -> Double {
    min(max(terms(p, q).reduce(0, +), 0), 1).squareRoot()
  }
}
