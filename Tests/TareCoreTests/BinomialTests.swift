/// Binomial numbers against their own distribution.
import Foundation
import TareCore
import Testing

@Suite struct BinomialTests {
  /// Log of the chance of k successes.
  private func logChance(_ k: Int, of n: Int, _ share: Double) -> Double {
    let (k, n) = (Double(k), Double(n))
    func logFactorial(_ x: Double) -> Double { lgamma(x + 1) }
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * log(share)
      + (n - k) * log1p(-share)
  }

  private func lgamma(_ x: Double) -> Double {
    var (x, shift) = (x, 0.0)
    // Stirling's series from 20 on is exact to 1e-15.
    while x < 20 {
      shift -= log(x)
      x += 1
    }
    let square = x * x
    return shift + (x - 0.5) * log(x) - x + 0.5 * log(2 * Double.pi)
      + (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / x
  }

  /// Pearson's χ² over cells of at least 20 expected draws: its mean is the number of cells less one, its
  /// deviation the root of twice that. Six deviations are allowed, and the seed is fixed.
  @Test(arguments: [
    (1, 0.3), (9, 0.5), (40, 0.1), (40, 0.9), (60, 0.25), (1000, 0.003), (1000, 0.5), (5000, 0.02),
    (500_000, 0.4),
  ])
  func `draws are as likely as they should be`(trials: Int, share: Double) {
    let draws = 200_000
    var random = Xoshiro256(seed: 7)
    var counts: [Int: Int] = [:]
    for _ in 0..<draws { counts[random.binomial(trials, share), default: 0] += 1 }
    #expect(counts.keys.allSatisfy { (0...trials).contains($0) })
    let mean = Double(trials) * share
    let reach = 8 * (mean * (1 - share)).squareRoot() + 8
    var cells: [(expected: Double, found: Int)] = []
    var cell = (expected: 0.0, found: 0)
    for k in max(0, Int(mean - reach))...min(trials, Int(mean + reach)) {
      cell.expected += Double(draws) * exp(logChance(k, of: trials, share))
      cell.found += counts[k] ?? 0
      if cell.expected >= 20 {
        cells.append(cell)
        cell = (0, 0)
      }
    }
    if var last = cells.popLast() {
      last.expected += cell.expected
      last.found += cell.found
      cells.append(last)
    }
    let square = cells.reduce(0) { sum, cell in
      let distance = Double(cell.found) - cell.expected
      return sum + distance * distance / cell.expected
    }
    let degrees = Double(cells.count - 1)
    #expect(abs(square - degrees) < 6 * (2 * degrees).squareRoot(), "\(square) of \(degrees)")
  }

  @Test func `the ends are sure`() {
    var random = Xoshiro256(seed: 1)
    #expect(random.binomial(0, 0.5) == 0)
    #expect(random.binomial(10, 0) == 0)
    #expect(random.binomial(10, 1) == 10)
  }
}
