/// Binomial numbers, exact for any number of trials.
private import Foundation

extension Xoshiro256 {
  /// From 0 to below 1, 53 bits.
  package mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// How many of `trials` succeed, each with the chance `share`.
  ///
  /// Hörmann's transformed rejection ("The Generation of Binomial Random Variates", 1993, algorithm BTRS);
  /// where few succeed, by adding up the chances.
  package mutating func binomial(_ trials: Int, _ share: Double) -> Int {
    if trials == 0 || share <= 0 { return 0 }
    if share >= 1 { return trials }
    if share > 0.5 { return trials - binomial(trials, 1 - share) }
    return Double(trials) * share < 10 ? few(trials, share) : rejected(trials, share)
  }

  /// Inversion: the chances of 0, 1, … successes, each from the one before.
  private mutating func few(_ trials: Int, _ share: Double) -> Int {
    let odds = share / (1 - share)
    let none = exp(Double(trials) * log1p(-share))
    var left = nextUnit()
    var chance = none
    var successes = 0
    // Roundings may leave a rest that no chance takes.
    while left > chance, chance > 0, successes < trials {
      left -= chance
      chance *= odds * Double(trials - successes) / Double(successes + 1)
      successes += 1
    }
    return successes
  }

  private mutating func rejected(_ trials: Int, _ share: Double) -> Int {
    let n = Double(trials)
    let deviation = (n * share * (1 - share)).squareRoot()
    let b = 1.15 + 2.53 * deviation
    let a = -0.0873 + 0.0248 * b + 0.01 * share
    let centre = n * share + 0.5
    let sure = 0.92 - 4.2 / b
    let odds = share / (1 - share)
    let alpha = (2.83 + 5.1 / b) * deviation
    let mode = ((n + 1) * share).rounded(.down)
    while true {
      let u = nextUnit() - 0.5
      let v = nextUnit()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + centre).rounded(.down)
      if us >= 0.07, v <= sure { return Int(k) }
      guard k >= 0, k <= n else { continue }
      let bound =
        (mode + 0.5) * log((mode + 1) / (odds * (n - mode + 1)))
        + (n + 1) * log((n - mode + 1) / (n - k + 1))
        + (k + 0.5) * log(odds * (n - k + 1) / (k + 1))
        + Self.stirlingRest(mode) + Self.stirlingRest(n - mode)
        - Self.stirlingRest(k) - Self.stirlingRest(n - k)
      if log(v * alpha / (a / (us * us) + b)) <= bound { return Int(k) }
    }
  }

  /// log k! less Stirling's (k + 1/2)·log(k + 1) − (k + 1) + log(2π)/2.
  private static func stirlingRest(_ k: Double) -> Double {
    if k < 10 {
      var factorial = 1.0
      for factor in stride(from: 2, through: k, by: 1) { factorial *= factor }
      return log(factorial) - ((k + 0.5) * log(k + 1) - (k + 1) + 0.5 * log(2 * Double.pi))
    }
    let squared = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / squared) / squared) / (k + 1)
  }
}
