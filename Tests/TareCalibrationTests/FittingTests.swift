/// The numerical parts of the fits by themselves.
import Foundation
import TareCalibration
import TareNumerics
import Testing

@Suite struct FittingTests {
  @Test func `eight exponentials are libm's to two units in the last place`() {
    var numbers = (0...14_160).map { Double($0) / 10 - 708 }
    numbers += [-1e-300, 0, 1e-17, 0.5 * log(2), -0.5 * log(2), .pi, 707.999]
    for number in numbers {
      let wanted: Double = exp(number)
      let found = SIMD8(repeating: number).exponential[0]
      #expect(abs(found - wanted) <= 2 * wanted.ulp, "e^\(number)")
    }
    let far = SIMD8(-1e9, -709, 709, 1e9, -.infinity, .infinity, 1, -0.0).exponential
    let (least, most): (Double, Double) = (exp(-708), exp(708))
    let wanted: [Double] = [least, least, most, most, least, most, exp(1), 1]
    for lane in 0..<8 { #expect(abs(far[lane] - wanted[lane]) <= 2 * wanted[lane].ulp) }
  }

  /// x ← A x + b with A's eigenvalues from 0 to 0.99: the fixed point is b / (1 - eigenvalue).
  @Test(arguments: [3, 40]) func `mixtures of steps reach the fixed point in few`(count: Int) {
    let factors = (0..<count).map { 0.99 * Double($0 % 6) / 5 }
    let wanted = factors.map { 1 / (1 - $0) }
    var mixing = AndersonMixing(counts: factors.indices.map { Double(1 + $0 % 3) })
    var point = [Double](repeating: 0, count: count)
    var steps = 0
    while steps < 30 {
      let made = zip(factors, point).map { $0 * $1 + 1 }
      steps += 1
      if zip(made, point).allSatisfy({ abs($0 - $1) < 1e-9 }) { break }
      point = mixing.next(after: point, made)
    }
    #expect(steps < 12)
    for (found, wanted) in zip(point, wanted) { #expect(abs(found - wanted) < 1e-6) }
  }

  @Test func `weights of a fold left out are nothing, in eights and one by one`() {
    let values = (1...11).map(Double.init)
    let folds: [Int32] = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    let weights = PairWeights(values).without(1, of: folds)
    let wanted: [Double] = zip(values, folds).map { $1 == 1 ? 0 : $0 }
    #expect(values.indices.map { weights[$0] } == wanted)
    let (first, second) = (weights.eight(from: 0), weights.eight(from: 8))
    let found: [Double] = (0..<8).map { first[$0] } + (0..<8).map { second[$0] }
    #expect(found == wanted + [0, 0, 0, 0, 0])
    let last: SIMD8<Double> = PairWeights(values).eight(from: 8)
    #expect(last == SIMD8<Double>(9, 10, 11, 0, 0, 0, 0, 0))
  }
}
