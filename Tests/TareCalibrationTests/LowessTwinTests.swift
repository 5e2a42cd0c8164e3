/// The fast LOWESS against its plain twin over a seeded family of data.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

/// Data of a kind that occurs, or that is hard for sums.
struct LowessData: CustomTestStringConvertible, Sendable {
  let name: String
  let x: [Double]
  let y: [Double]
  var weights: [Double]? = nil
  var testDescription: String { "\(name), \(x.count) points" }

  /// What is promised, 1e-9 of the range of y, and the rounding of the curve as it is given out.
  var tolerance: Double {
    let (low, high) = (y.min() ?? 0, y.max() ?? 0)
    return 1e-9 * (high - low) + 2 * max(abs(low), abs(high)).ulp
  }

  /// Draws from one seed, so that a failure comes again.
  private struct Draw {
    var random: SplitMix

    mutating func uniform() -> Double { Double.random(in: 0..<1, using: &random) }
    mutating func normal() -> Double {
      (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    mutating func x(_ kind: String) -> Double {
      switch kind {
      case "few ties": (300 * uniform()).rounded()
      case "many ties": (12 * uniform()).rounded()
      case "one x": 4
      case "lengths": exp(6.5 + 0.8 * normal()).rounded()
      case "offset of a billion": 1e9 + uniform()
      case "nine orders of magnitude": pow(10, 9 * uniform())
      case "lognormal": exp(2 * normal())
      case "Pareto": pow(1 - uniform(), -1 / 1.1)
      case "Cauchy": tan(.pi * (uniform() - 0.5))
      case "two far clusters": uniform() < 0.5 ? uniform() : 1e6 + uniform()
      case "tiny x": 1e-7 * uniform()
      case "steps of a half": (20 * uniform()).rounded() / 2
      default: 10 * uniform()
      }
    }

    mutating func data(_ kind: String, count: Int) -> LowessData {
      let x = (0..<count).map { _ in self.x(kind) }
      return LowessData(name: kind, x: x, y: x.map { sin(log(abs($0) + 1)) + 0.3 * normal() })
    }
  }

  static func made(_ kind: String, count: Int) -> LowessData {
    var draw = Draw(random: SplitMix(state: 23))
    return draw.data(kind, count: count)
  }

  static let kinds = [
    "uniform", "few ties", "many ties", "one x", "lengths", "offset of a billion",
    "nine orders of magnitude", "lognormal", "Pareto", "Cauchy", "two far clusters", "tiny x",
    "steps of a half",
  ]

  static func family() -> [LowessData] {
    var draw = Draw(random: SplitMix(state: 11))
    var family: [LowessData] = []
    for name in kinds {
      for count in [1, 2, 3, 17, 64, 301, 1500] {
        let plain = draw.data(name, count: count)
        family.append(plain)
        guard count == 301 || count == 17 else { continue }
        let (x, y) = (plain.x, plain.y)
        let outlying = y.map { draw.uniform() < 0.2 ? $0 + 50 * draw.normal() : $0 }
        family.append(LowessData(name: name + ", outliers", x: x, y: outlying))
        let weights = x.map { _ in draw.uniform() < 0.3 ? 0 : 5 * draw.uniform() }
        family.append(LowessData(name: name + ", case weights", x: x, y: y, weights: weights))
        family.append(LowessData(name: name + ", constant y", x: x, y: x.map { _ in 0.3 }))
        family.append(LowessData(name: name + ", y of a billion", x: x, y: y.map { 1e9 + $0 }))
        family.append(
          LowessData(name: name + ", half of y 0", x: x, y: y.map { $0 < 0.5 ? 0 : $0 }))
      }
    }
    return family
  }
}

@Suite struct LowessTwinTests {
  @Test(arguments: LowessData.family())
  func `the fast curve equals the directly summed one`(data: LowessData) throws {
    let fractions = data.x.count > 1000 ? [0.05, 0.4, 0.9] : [0, 0.05, 1.0 / 3, 0.7, 1]
    for rules in Lowess.Rules.allCases {
      for degree in 0...2 {
        for (index, frac) in fractions.enumerated() {
          let it = (index + degree) % 6
          let lowess = try Lowess(frac: frac, it: it, delta: 0, degree: degree, rules: rules)
          let fast = try lowess.fit(x: data.x, y: data.y, weights: data.weights)
          let plain = try lowess.fitPlainly(x: data.x, y: data.y, weights: data.weights)
          expectClose(
            fast.knotY, plain.knotY, tolerance: data.tolerance,
            "\(rules), degree \(degree), frac \(frac), it \(it)")
        }
      }
    }
  }

  /// The fast errors differ by 5e-9 of themselves where sums are told to have digits enough (1e-8 of
  /// the variance), and by the curve's own 1e-9 of the range times 1 / (1 - leverage): 1e-7 of the
  /// range and 1e-5 of the greatest error leave room for leverages next to 1, which make errors
  /// larger than the range. Slopes have the curve's error over the bandwidth.
  @Test(arguments: LowessData.family().filter { $0.x.count == 301 || $0.x.count == 17 })
  func `the fast errors and slopes equal the directly summed ones`(data: LowessData) throws {
    let range = (data.y.max() ?? 0) - (data.y.min() ?? 0)
    let width = (data.x.max() ?? 0) - (data.x.min() ?? 0)
    for rules in Lowess.Rules.allCases {
      for degree in 0...2 {
        for (frac, delta) in [(0.4, 0.0), (0.9, 0.0), (0.6, 0.02 * width)] {
          let lowess = try Lowess(frac: frac, it: 2, delta: delta, degree: degree, rules: rules)
          let fast = try lowess.fit(
            x: data.x, y: data.y, weights: data.weights, standardErrors: true, slopes: true)
          let plain = try lowess.fitPlainly(
            x: data.x, y: data.y, weights: data.weights, standardErrors: true, slopes: true)
          let settings = "\(rules), degree \(degree), frac \(frac), delta \(delta)"
          let (errors, wanted) = (try #require(fast.knotErrors), try #require(plain.knotErrors))
          let greatest = wanted.compactMap { $0 }.max() ?? 0
          expectClose(
            errors.map { $0 ?? .nan }, wanted.map { $0 ?? .nan },
            tolerance: 1e-7 * range + 1e-5 * greatest + 100 * data.tolerance, settings)
          guard let slopes = fast.knotSlopes, let plainSlopes = plain.knotSlopes else { continue }
          let steepest = plainSlopes.compactMap { $0 }.map(abs).max() ?? 0
          expectClose(
            slopes.map { $0 ?? .nan }, plainSlopes.map { $0 ?? .nan },
            tolerance: 1e-8 * steepest + 10 * data.tolerance / max(width, 1e-300), settings)
        }
      }
    }
  }

  /// Direct sums cost as much as the neighbourhood is large. Data as they come must not need them:
  /// at most 1% of the points here, and that for parabolas alone.
  @Test(arguments: [
    "uniform", "lengths", "nine orders of magnitude", "lognormal", "Pareto", "Cauchy",
  ])
  func `next to no point of natural data is summed directly`(kind: String) throws {
    let data = LowessData.made(kind, count: 20_000)
    for rules in Lowess.Rules.allCases {
      for degree in 0...2 {
        let fit = try Lowess(frac: 1.0 / 3, it: 3, delta: 0, degree: degree, rules: rules)
          .fit(x: data.x, y: data.y)
        #expect(fit.directFits <= (degree == 2 ? 200 : 4), "\(rules), degree \(degree)")
      }
    }
  }
}

/// Expects |found − wanted| ≤ tolerance everywhere; a failure names the settings too.
private func expectClose(
  _ found: [Double], _ wanted: [Double], tolerance: Double, _ settings: String
) {
  let worst =
    found.indices.first { found[$0].isNaN != wanted[$0].isNaN }
    ?? found.indices.max { abs(found[$0] - wanted[$0]) < abs(found[$1] - wanted[$1]) } ?? 0
  let bothMissing = found[worst].isNaN && wanted[worst].isNaN
  #expect(
    found.count == wanted.count
      && (bothMissing || abs(found[worst] - wanted[worst]) <= tolerance),
    "\(settings): knot \(worst), found \(found[worst]), wanted \(wanted[worst])")
}
