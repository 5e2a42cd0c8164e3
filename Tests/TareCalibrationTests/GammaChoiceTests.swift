/// Gamma from labels: planted values are found, and where there is nothing it abstains.
import TareCalibration
import TareCore
import Testing

@Suite struct GammaChoiceTests {
  /// Scores that take 1 a unit of length for quality, and labels of which a gamma of 1 − slope / 0.8
  /// is the best.
  ///
  /// With quality q, length x and noise n of standard deviation ½ the score is q + x + n, and given
  /// score and length the quality is expected at 0.8 (Δs − Δx), since 1 / (1 + ¼) = 0.8. A label
  /// after q + slope x is then ordered by Δs − (1 − slope / 0.8) Δx.
  private func table(gamma: Double, prompts: Int = 400, seed: UInt64) throws -> CalibrationTable {
    try Made.table {
      ($0.within, $0.between, $0.prompts, $0.seed) = (1, 1, prompts, seed)
      $0.labelSlope = 0.8 * (1 - gamma)
    }
  }

  private func choice(_ table: CalibrationTable) throws -> GammaChoice {
    try GammaChoice(table, biases: table.columns[0].map { $0 / 200 })
  }

  @Test(arguments: [0.4, 0.7, 1, 1.3])
  func `a planted gamma is found`(gamma: Double) throws {
    for seed: UInt64 in 1...3 {
      let found = try choice(try table(gamma: gamma, prompts: 600, seed: seed))
      // Its standard error is about 0.08 with 600 prompts.
      #expect(abs(found.estimate - gamma) < 0.25)
      #expect(found.gamma == found.estimate)
      #expect(found.gain > found.gainError)
      #expect(found.rightCalibrated >= found.rightRaw)
      let interval = try #require(found.interval)
      #expect(interval.contains(found.estimate))
      #expect(interval.upperBound - interval.lowerBound < 0.6)
      #expect((found.prompts, found.pairs) == (600, 600))
    }
  }

  @Test(arguments: [1e-6, 1e-3, 1e4])
  func `the unit of the scores does not matter`(factor: Double) throws {
    let table = try table(gamma: 0.7, seed: 3)
    let plain = try choice(table)
    let scaled = try GammaChoice(
      try table.scored(table.scores.map { factor * $0 }),
      biases: table.columns[0].map { factor * $0 / 200 })
    #expect(plain.gamma > 0)
    #expect(abs(scaled.gamma - plain.gamma) < 1e-6)
    #expect(abs(scaled.gain - plain.gain) < 1e-6)
  }

  @Test func `its interval holds the truth about as often as it says`() throws {
    var held = 0
    for seed: UInt64 in 1...120 {
      let found = try choice(try table(gamma: 0.6, prompts: 150, seed: 100 + seed))
      if found.interval?.contains(0.6) == true { held += 1 }
    }
    // Of 120 at 95%, fewer than 103 come in 1 of 10 000 cases; percentiles of few are a little short.
    #expect(held >= 103)
  }

  @Test func `what the labels do not support is not taken off`() throws {
    var abstained = 0
    for seed: UInt64 in 1...12 {
      // The length is worth more than the score says.
      let opposite = try choice(try table(gamma: -0.8, seed: seed))
      #expect(opposite.gamma == 0)
      #expect(opposite.estimate == 0)
      // Scores and labels have nothing to do with each other.
      let noise = try Made.table {
        ($0.quality, $0.labelSlope, $0.seed, $0.prompts) = (0, 0, seed, 200)
      }
      if try choice(noise).gamma == 0 { abstained += 1 }
      #expect(try choice(table(gamma: 0.9, prompts: 19, seed: seed)).gamma == 0, "too few prompts")
    }
    #expect(abstained >= 10)
  }

  @Test func `a fit takes it, and says how it was chosen`() throws {
    let table = try table(gamma: 0.6, seed: 7)
    let calibration = try Made.fit(
      "within-prompt", table, Made.settings { $0.gamma = .labels })
    #expect(abs(calibration.gamma - 0.6) < 0.25)
    let json = try #require(calibration.findings["gamma_choice"])
    #expect(json["gamma"]?.double == calibration.gamma)
    for member in [
      "gamma", "estimate", "interval", "held_out_gain", "held_out_gain_se", "held_out_right_raw",
      "held_out_right_calibrated", "prompts", "pairs",
    ] {
      #expect(json[member] != nil, "\(member)")
    }
    let opposite = try Made.fit(
      "lowess", try self.table(gamma: -1, seed: 7), Made.settings { $0.gamma = .labels })
    #expect(opposite.gamma == 0)
  }

  /// Rows of pairs, two a prompt, of which only those of one pair were compared: across pairs the labels
  /// would say the opposite, since the second pair's are shifted by more than any length.
  private func pairs(numbered: Bool, order: [Int]? = nil) throws -> CalibrationTable {
    let plain = try table(gamma: 0.7, prompts: 400, seed: 11)
    let prompts = try #require(plain.prompts)
    let responses = plain.scores.indices.map { row -> ScoredResponse in
      let group = Int(prompts.groupOfRow[row])
      var response = ScoredResponse(
        promptID: numbered ? "p\(group / 2)" : "p\(group)", index: row, role: .response,
        score: plain.scores[row] + (numbered && group % 2 == 1 ? 50 : 0),
        covariates: ["length": plain.columns[0][row]], label: plain.labels?[row])
      if numbered, group % 2 == 1 { response.pair = 1 }
      return response
    }
    return try CalibrationTable(
      order.map { $0.map { responses[$0] } } ?? responses, covariates: [.length])
  }

  @Test func `responses of different pairs of a prompt are not compared`() throws {
    let apart = try choice(try pairs(numbered: false))
    let together = try choice(try pairs(numbered: true))
    #expect((together.prompts, together.pairs) == (200, 400))
    #expect(abs(together.estimate - apart.estimate) < 1e-6)
    var random = Xoshiro256(seed: 5)
    for _ in 0..<20 {
      let order = Array(0..<800).shuffled(using: &random)
      #expect(try choice(try pairs(numbered: true, order: order)).json == together.json)
    }
  }

  @Test func `without labels or prompts it is a wrong usage`() throws {
    let table = try table(gamma: 0.5, prompts: 30, seed: 1)
    let settings = Made.settings { $0.gamma = .labels }
    for bare in [
      table.withoutLabels,
      try CalibrationTable(
        scores: table.scores, columns: table.columns, covariates: table.covariates,
        labels: table.labels),
    ] {
      let error = #expect(throws: TareError.self) { try Made.fit("lowess", bare, settings) }
      #expect(error?.exitCode == 64)
    }
  }
}
