/// Turning points against curves whose own are known.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

/// Points about a curve, x spread evenly at random from 0 to `end`.
private struct MadePoints {
  var x: [Double] = []
  var y: [Double] = []

  init(_ count: Int, to end: Double = 1, noise: Double, seed: UInt64, _ curve: (Double) -> Double) {
    var random = Xoshiro256(seed: seed)
    for _ in 0..<count {
      let place = Double.random(in: 0..<end, using: &random)
      // A normal number by Box and Muller.
      let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
      let angle = Double.random(in: 0..<2 * .pi, using: &random)
      x.append(place)
      y.append(curve(place) + noise * radius * cos(angle))
    }
  }

  func turningPoints(
    _ lowess: Lowess, weights: [Double]? = nil, resamples: Int? = nil, seed: UInt64 = 1
  ) throws -> TurningPoints {
    let fit = try lowess.fit(x: x, y: y, weights: weights, slopes: true)
    return try lowess.turningPoints(
      of: fit, x: x, y: y, weights: weights, resamples: resamples, seed: seed)
  }
}

@Suite struct TurningPointsTests {
  @Test func `a parabola has one clear minimum, where it is`() throws {
    let points = MadePoints(400, noise: 0.3, seed: 1) { 8 * ($0 - 0.45) * ($0 - 0.45) }
    let found = try points.turningPoints(Lowess())
    #expect(found.resamples == 1000)
    #expect(found.clear.count == 1)
    let minimum = try #require(found.clear.first)
    #expect(minimum.kind == .minimum)
    // Noise of 0.3 over a curvature of 16 leaves about 0.01.
    #expect(abs(minimum.x - 0.45) < 0.04)
    let interval = try #require(minimum.interval)
    #expect(interval.contains(minimum.x))
    #expect(interval.upperBound - interval.lowerBound < 0.1)
    #expect(minimum.share == 1)
    #expect(!minimum.isOneSided)
  }

  /// Of 95% intervals 40 should hold the truth 38 times; fewer than 33 has a probability of 0.3%.
  @Test func `intervals hold the true place as often as they say`() throws {
    var held = 0
    for seed in 0..<40 {
      let points = MadePoints(200, noise: 0.3, seed: UInt64(100 + seed)) {
        8 * ($0 - 0.5) * ($0 - 0.5)
      }
      let found = try points.turningPoints(Lowess(), resamples: 200)
      if found.clear.first?.interval?.contains(0.5) == true { held += 1 }
    }
    #expect(held >= 33, "\(held) of 40")
  }

  /// About 5% at most: more than 6 of 40 has a probability of 0.3%.
  @Test(arguments: ["noise", "flat, then rising"])
  func `a curve that never turns seldom gets a clear turning point`(kind: String) throws {
    var claimed = 0
    var highestShare = 0.0
    for seed in 0..<40 {
      let points = MadePoints(150, noise: 0.5, seed: UInt64(200 + seed)) {
        kind == "noise" ? 0 : max(0, $0 - 0.5) * 4
      }
      let found = try points.turningPoints(Lowess(frac: 0.4), resamples: 100)
      if !found.clear.isEmpty { claimed += 1 }
      highestShare = max(highestShare, found.all.map(\.share).max() ?? 0)
    }
    #expect(claimed <= 6, "\(claimed) of 40")
    // Why the share alone decides nothing.
    #expect(highestShare > 0.95)
  }

  @Test func `a sine has all its turning points, in order and by kind`() throws {
    let points = MadePoints(600, to: 12, noise: 0.2, seed: 3) { sin($0) }
    let clear = try points.turningPoints(Lowess(frac: 0.15)).clear
    #expect(clear.map(\.kind) == [.maximum, .minimum, .maximum, .minimum])
    for (point, place) in zip(clear, [0.5, 1.5, 2.5, 3.5]) {
      #expect(abs(point.x - place * .pi) < 0.3, "\(point)")
      #expect(abs(point.fitted) > 0.7)
    }
  }

  @Test func `rising, constant and stepped columns have none`() throws {
    let x = (0..<50).map(Double.init)
    let columns: [[Double]] = [
      x.map { 3 * $0 - 7 }, x.map(exp), x.map { _ in 1e9 + 0.1 }, x.map { $0 < 25 ? 0 : 1 },
    ]
    for y in columns {
      for lowess in [try Lowess(), try Lowess(frac: 0.3, rules: .r)] {
        let fit = try lowess.fit(x: x, y: y, slopes: true)
        let found = try lowess.turningPoints(of: fit, x: x, y: y, resamples: 20)
        #expect(found.all.isEmpty, "\(found.all)")
      }
    }
  }

  @Test func `the middle of a plateau is meant`() throws {
    let x = (0..<60).map(Double.init)
    let y = x.map { max(0, abs($0 - 29.5) - 14.5) }
    let lowess = try Lowess(frac: 0.1)
    let fit = try lowess.fit(x: x, y: y, slopes: true)
    let found = try lowess.turningPoints(of: fit, x: x, y: y, resamples: 20)
    #expect(found.all.map(\.kind) == [.minimum])
    // Half a step: the plateau's ends are found to a knot.
    #expect(abs((found.all.first?.x ?? 0) - 29.5) <= 0.5)
    #expect(found.all.first?.fitted == 0)
  }

  @Test func `few rows and one distinct x are no error`() throws {
    for (x, y) in [
      ([1.0], [2.0]), ([1, 2, 3], [1, 3, 2]), ([1, 1, 1, 1], [1, 2, 3, 4]),
      ([1, 1, 2, 2, 3, 3], [1, 2, 0, 1, 1, 2]),
    ] {
      for degree in 1...2 {
        let lowess = try Lowess(frac: 1, degree: degree)
        let fit = try lowess.fit(x: x, y: y, slopes: true)
        let found = try lowess.turningPoints(of: fit, x: x, y: y, resamples: 50)
        #expect(found.clear.isEmpty)
      }
    }
  }

  @Test func `ties and the order of rows do not matter`() throws {
    var points = MadePoints(300, noise: 0.2, seed: 5) { 8 * ($0 - 0.5) * ($0 - 0.5) }
    points.x = points.x.map { ($0 * 20).rounded() / 20 }
    let found = try points.turningPoints(Lowess(it: 0), resamples: 100)
    #expect(found.clear.count == 1)
    #expect(abs((found.clear.first?.x ?? 0) - 0.5) < 0.05)
    let order = points.x.indices.sorted { (points.x[$0], $0) < (points.x[$1], $1) }
    var sorted = points
    sorted.x = order.map { points.x[$0] }
    sorted.y = order.map { points.y[$0] }
    #expect(try sorted.turningPoints(Lowess(it: 0), resamples: 100) == found)
    #expect(try points.turningPoints(Lowess(it: 0), resamples: 100, seed: 2) != found)
  }

  @Test func `rows of weight 0 have no say`() throws {
    var points = MadePoints(300, noise: 0.1, seed: 6) { 8 * ($0 - 0.3) * ($0 - 0.3) }
    let other = MadePoints(300, noise: 0.1, seed: 7) { 8 * ($0 - 0.7) * ($0 - 0.7) }
    points.x += other.x
    points.y += other.y
    let weights = (0..<600).map { $0 < 300 ? 1.0 : 0 }
    let found = try points.turningPoints(Lowess(degree: 2), weights: weights, resamples: 100)
    #expect(found.clear.count == 1)
    #expect(abs((found.clear.first?.x ?? 0) - 0.3) < 0.03)
  }

  /// A local line leans where the end of the data cuts its neighbourhood; a parabola does not.
  @Test func `near the end a parabola finds what a line misses`() throws {
    let points = MadePoints(300, noise: 0.1, seed: 8) { 8 * ($0 - 0.2) * ($0 - 0.2) }
    #expect(try points.turningPoints(Lowess(), resamples: 50).clear.isEmpty)
    let found = try points.turningPoints(Lowess(degree: 2), resamples: 50).clear
    #expect(found.map(\.isOneSided) == [true])
    #expect(abs((found.first?.x ?? 0) - 0.2) < 0.02)
  }

  @Test func `resamples that are interpolated say what exact ones say`() throws {
    // More than 1,000 distinct x: interpolated. Rounded to 1,000 places: not.
    let points = MadePoints(4000, noise: 0.5, seed: 9) { 8 * ($0 - 0.5) * ($0 - 0.5) }
    var rounded = points
    rounded.x = points.x.map { ($0 * 999).rounded() / 999 }
    let found = try #require(try points.turningPoints(Lowess(), resamples: 200).clear.first)
    let exact = try #require(try rounded.turningPoints(Lowess(), resamples: 200).clear.first)
    let (a, b) = (try #require(found.interval), try #require(exact.interval))
    // A fifth of the width: percentiles of 200 resamples are about that sure.
    let width = b.upperBound - b.lowerBound
    #expect(abs(a.lowerBound - b.lowerBound) < 0.2 * width)
    #expect(abs(a.upperBound - b.upperBound) < 0.2 * width)
  }

  @Test func `what has no slope is refused, and too few resamples`() throws {
    let (x, y) = ([1.0, 2, 3, 4], [1.0, 3, 2, 4])
    let mean = try Lowess(degree: 0)
    let fit = try mean.fit(x: x, y: y, slopes: true)
    let error = #expect(throws: TareError.self) { try mean.turningPoints(of: fit, x: x, y: y) }
    #expect(error?.exitCode == 64)
    let line = try Lowess(frac: 1)
    let sloped = try line.fit(x: x, y: y, slopes: true)
    #expect(throws: TareError.self) {
      try line.turningPoints(of: sloped, x: x, y: y, resamples: 19)
    }
  }

  @Test func `between knots the curve is straight, beyond them there is none`() throws {
    let fit = try Lowess(frac: 1).fit(
      x: [4, 1, 2, 3, 0], y: [5, 2, 3, 4, 1], standardErrors: true, slopes: true)
    #expect(fit.places.map(\.x) == [0, 1, 2, 3, 4])
    for place in fit.places { #expect(fit.place(at: place.x) == place) }
    let between = try #require(fit.place(at: 1.25))
    #expect(abs(between.fitted - 2.25) < 1e-12)
    #expect(abs((between.slope ?? 0) - 1) < 1e-12)
    #expect(between.band?.contains(between.fitted) == true)
    #expect(fit.place(at: -0.1) == nil)
    #expect(fit.place(at: 4.1) == nil)
    #expect(fit.place(at: .nan) == nil)
  }
}
