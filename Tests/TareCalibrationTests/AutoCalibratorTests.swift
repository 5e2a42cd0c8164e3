/// The default's rule, branch by branch, and its words.
import TareCalibration
import TareCore
import Testing

@Suite struct AutoCalibratorTests {
  private func fit(
    _ table: CalibrationTable, _ assume: CalibratorOptions.Assumption? = nil
  ) throws -> Calibration {
    try Made.fit("auto", table) { $0.assume = assume }
  }

  private func expectAbstains(
    _ table: CalibrationTable, assume: CalibratorOptions.Assumption? = nil, _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let calibration = try fit(table, assume)
    #expect(calibration.findings["decision"] == "abstain", sourceLocation: sourceLocation)
    #expect(calibration.gamma == 0, sourceLocation: sourceLocation)
    let applied = try calibration.apply(to: table)
    #expect(applied.calibrated == table.scores, sourceLocation: sourceLocation)
    let reason = calibration.findings["reason"]?.string ?? ""
    #expect(reason.contains(words), "\(reason)", sourceLocation: sourceLocation)
  }

  private func slopes(_ table: CalibrationTable, _ scores: [Double]) throws -> Double {
    let prompts = try #require(table.prompts)
    return Association(within: prompts, of: scores, on: table.columns[0])?.rankCorrelation ?? 0
  }

  @Test func `longer scores higher within and across prompts: it corrects`() throws {
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (1, 1, 100) }
    let calibration = try fit(table)
    #expect(calibration.findings["decision"] == "correct")
    #expect(calibration.findings["basis"] == "scores")
    #expect(calibration.findings["assume"] == "more")
    #expect(calibration.gamma > 0.7 && calibration.gamma <= 1, "no preference is turned round")
    let reason = calibration.findings["reason"]?.string ?? ""
    #expect(reason.hasPrefix("Within prompts, the score increases with length"))
    #expect(reason.contains("No labels were used to test this."))
    let applied = try calibration.apply(to: table)
    #expect(try slopes(table, table.scores) > 0.4)
    #expect(try abs(slopes(table, applied.calibrated)) < 0.15)
    // What is taken off never falls with length.
    let order = table.columns[0].indices.sorted { table.columns[0][$0] < table.columns[0][$1] }
    let bias = order.map { applied.bias[$0] }
    #expect(zip(bias, bias.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func `grades that many share are not ordered by their rounding`() throws {
    let grades = """
      111 131 113 111 222 131 222 113 132 123 111 222 112 112 222 222 112 123 231 222
      """.split(separator: " ").map { $0.compactMap(\.wholeNumberValue).map(Double.init) }
    for offset in [0.0, 1, 10] {
      let table = try CalibrationTable(
        scores: grades.flatMap { $0.map { $0 + offset } },
        columns: [grades.flatMap { _ in [10.0, 20, 30] }], covariates: [.length],
        prompts: PromptGroups(grades.indices.flatMap { row in [0, 1, 2].map { _ in "p\(row)" } }))
      try expectAbstains(table, "Many scores are equal")
    }
  }

  @Test func `a flat curve corrects nothing, and does not say so`() throws {
    let pairs =
      Array(repeating: (2.0, 1.0), count: 12) + Array(repeating: (1, 2), count: 3)
      + Array(repeating: (1, 1), count: 25)
    let table = try CalibrationTable(
      scores: pairs.flatMap { [$0.0, $0.1] }, columns: [pairs.flatMap { _ in [200.0, 100] }],
      covariates: [.length],
      prompts: PromptGroups(pairs.indices.flatMap { ["p\($0)", "p\($0)"] }))
    try expectAbstains(table, "The curve is flat")
  }

  @Test func `across prompts nothing shows: within decides`() throws {
    // Long prompts score lower by as much as long answers score higher.
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (1, -1, 100) }
    let diagnosis = Diagnosis(of: table, thorough: true)
    try #require(diagnosis.intervals?.pooled.rankCorrelation?.contains(0) == true)
    #expect(try fit(table).findings["decision"] == "correct")
  }

  @Test func `shorter scores higher: that counts as quality unless told otherwise`() throws {
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (-1, -1, 100) }
    try expectAbstains(table, "That is treated as quality")
    try expectAbstains(table, assume: .more, "only a preference for more is assumed to be bias")
    for assume in [CalibratorOptions.Assumption.less, .any] {
      let calibration = try fit(table, assume)
      #expect(calibration.findings["decision"] == "correct")
      let reason = calibration.findings["reason"]?.string ?? ""
      #expect(reason.contains("the score decreases with length"))
      #expect(
        reason.contains(
          assume == .any
            ? "more or less length is not better" : "assuming that less length is not better"))
      let calibrated = try calibration.apply(to: table).calibrated
      #expect(try abs(slopes(table, calibrated)) < 0.15)
    }
  }

  @Test func `longer scores higher, but only shorter counts as bias`() throws {
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (1, 1, 100) }
    try expectAbstains(table, assume: .less, "only a preference for less is assumed to be bias")
    #expect(try fit(table, .any).findings["decision"] == "correct")
  }

  @Test func `within and across prompts opposite ways: it abstains`() throws {
    let table = try Made.table { ($0.within, $0.between, $0.prompts) = (1, -4, 100) }
    try expectAbstains(table, "The evidence is contradictory")
    try expectAbstains(table, assume: .any, "but decreases with it over all responses")
  }

  @Test func `nothing shows within prompts: it abstains`() throws {
    let table = try Made.table { ($0.between, $0.prompts) = (2, 40) }
    try expectAbstains(table, "the confidence interval of the rank correlation contains 0")
    try expectAbstains(table, assume: .any, "does not depend significantly on length")
  }

  @Test func `no prompts, or none with two responses: it abstains`() throws {
    let table = try Made.table { ($0.within, $0.between) = (1, 1) }
    let bare = try CalibrationTable(
      scores: table.scores, columns: table.columns, covariates: table.covariates)
    try expectAbstains(bare, "too few prompts have responses that differ in length")
    let single = try CalibrationTable(
      scores: table.scores, columns: table.columns, covariates: table.covariates,
      prompts: PromptGroups(table.scores.indices.map(String.init)))
    try expectAbstains(single, "too few prompts have responses that differ in length")
  }

  @Test func `labels that support it choose curve and gamma`() throws {
    // Labels know nothing of length.
    let table = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.labelSlope) = (1, 1, 300, 0)
    }
    let calibration = try fit(table)
    #expect(calibration.findings["decision"] == "correct")
    #expect(calibration.findings["basis"] == "labels")
    let curve = try #require(calibration.findings["curve"]?.string)
    #expect(["within-prompt", "lowess"].contains(curve))
    #expect(calibration.findings[curve]?["gamma"]?.double.map { min(1, $0) } == calibration.gamma)
    #expect(abs(calibration.gamma - 1) < 0.3)
    #expect(calibration.findings["reason"]?.string?.hasPrefix("The labels support it") == true)
    let prompts = try #require(table.prompts)
    let labels = try #require(table.labels)
    let raw = PairOrder(within: prompts, table.scores, labels).concordant
    let calibrated = try calibration.apply(to: table).calibrated
    #expect(PairOrder(within: prompts, calibrated, labels).concordant > raw)
  }

  @Test func `labels that follow length as the score does leave it alone`() throws {
    let table = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.labelSlope) = (1, 1, 300, 1)
    }
    try expectAbstains(table, "The labels do not support a correction")
    try expectAbstains(table, assume: .any, "(300 labelled prompts)")
    // The scores alone would have said otherwise.
    #expect(try fit(table.withoutLabels).findings["decision"] == "correct")
  }

  @Test func `a few labels decide nothing`() throws {
    let table = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.labelSlope) = (1, 1, 19, 1)
    }
    #expect(try fit(table).findings["basis"] == "scores")
  }

  @Test func `a few prompts decide nothing, however sure they look`() throws {
    let table = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.responses, $0.noise) = (3, 3, 19, 6, 0.01)
    }
    try expectAbstains(table, "too few prompts have responses that differ in length")
  }

  @Test func `no preference is turned round, whatever the judge's scale`() throws {
    // A judge that says 1 or 2: a robust curve follows one of them, and would go too far.
    let smooth = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.responses) = (1, 1, 200, 4)
    }
    let judge = try smooth.scored(smooth.scores.map { $0 > 0.5 ? 2 : 1 })
    let calibration = try fit(judge)
    #expect(calibration.findings["decision"] == "correct")
    let after = try calibration.apply(to: judge).calibrated
    let pooled = try #require(Association(of: after, on: judge.columns[0]))
    #expect(try slopes(judge, after) > -0.02)
    #expect(pooled.rankCorrelation > -0.02)
  }

  @Test func `with subsets each takes what its own labels support`() throws {
    // The score follows length in the first half of the prompts only, and so do no labels.
    let biased = try Made.table {
      ($0.within, $0.prompts, $0.labelSlope, $0.seed) = (1.5, 200, 0, 5)
    }
    let fair = try Made.table {
      ($0.within, $0.prompts, $0.labelSlope, $0.seed) = (0, 200, 0, 6)
    }
    let table = try CalibrationTable(
      scores: biased.scores + fair.scores, columns: [biased.columns[0] + fair.columns[0]],
      covariates: [.length],
      prompts: PromptGroups((0..<biased.count + fair.count).map { "p\($0 / 2)" }),
      subsets: biased.scores.map { _ in "biased" } + fair.scores.map { _ in "fair" },
      labels: try #require(biased.labels) + #require(fair.labels))
    var settings = FitSettings()
    settings.perSubset = true
    settings.shrinkage = 0
    let calibration = try Calibrators.calibrator("auto").fit(table, settings, date: "")
    let bias = try calibration.apply(to: table).bias
    #expect((bias[..<400].map(abs).max() ?? 0) > 0.5)
    #expect(bias[400...].allSatisfy { abs($0) < 0.3 })
  }
}
