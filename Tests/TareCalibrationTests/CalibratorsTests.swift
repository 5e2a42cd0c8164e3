/// What all calibrators have in common: the registry's rules, saving, new data, gamma, refusals.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct CalibratorsTests {
  private static let lengths = (0..<60).map { Double(50 + $0 * 37 % 41 * 20) }

  /// Sixty responses to thirty prompts, with labels, subsets and two covariates where needed.
  private func table(for method: String) throws -> CalibrationTable {
    let lengths = Self.lengths
    var normals = Made.Normals(seed: 3)
    let scores = lengths.map { 0.003 * $0 + normals.next() }
    let covariates = try Made.covariates(of: method)
    return try CalibrationTable(
      scores: scores,
      columns: [lengths, lengths.map { ($0 / 7).rounded() }].prefix(covariates.count).map { $0 },
      covariates: covariates, prompts: PromptGroups((0..<60).map { "\($0 / 2)" }),
      subsets: (0..<60).map { $0 % 4 < 2 ? "a" : "b" },
      // Two of three pairs are ordered rightly.
      labels: (0..<60).map { row in
        (scores[row] > scores[row ^ 1]) == (row / 2 % 3 > 0) ? 1 : 0
      })
  }

  @Test func `keys and summaries are there for the help`() {
    #expect(
      Calibrators.registry.keys == [
        "auto", "lowess", "mean", "penalty", "lowess-penalty", "within-prompt", "additive",
        "joint", "surface", "monotone", "bradley-terry", "isotonic", "quantile",
      ])
    #expect(Calibrators.registry.help.allSatisfy { !$0.summary.isEmpty })
  }

  @Test(arguments: Calibrators.registry.keys)
  func `saved, read and applied it gives the bits of the fit`(method: String) throws {
    let table = try table(for: method)
    let settings: [FitSettings] = [
      .init(), Made.settings { $0.crossFit = 3 }, Made.settings { $0.keepMean = true },
      Made.settings { ($0.perSubset, $0.shrinkage) = (true, 7) },
    ]
    for settings in settings {
      let calibration = try Made.fit(method, table, settings)
      let read = try Made.saved(calibration)
      #expect(read == calibration)
      #expect(try read.apply(to: table) == calibration.apply(to: table))
      #expect(read.json.text() == calibration.json.text())
    }
  }

  @Test(arguments: Calibrators.registry.keys)
  func `new data outside the range is corrected as at its edge, and counted`(method: String) throws
  {
    let table = try table(for: method)
    let calibration = try Made.fit(method, table)
    func apply(_ columns: [[Double]]) throws -> CalibratedScores {
      try calibration.apply(
        to: try CalibrationTable(
          scores: [2, 2], columns: columns, covariates: table.covariates))
    }
    let far = try apply(table.covariates.map { _ in [-0.5, 1e6] })
    #expect(far.outside == 2)
    #expect(far.calibrated.allSatisfy { $0.isFinite })
    guard !["penalty", "lowess-penalty", "bradley-terry"].contains(method) else { return }
    let edges = calibration.ranges.map { [$0.lowerBound, $0.upperBound] }
    #expect(try far.bias == apply(edges).bias, "lines alone go on")
  }

  @Test(arguments: Calibrators.registry.keys)
  func `gamma 0 leaves the very bits, and gamma is a factor`(method: String) throws {
    let table = try table(for: method)
    let type = try Calibrators.registry.entry(for: method)
    guard type.allowsGamma else {
      let error = #expect(throws: TareError.self) {
        try Made.fit(method, table, Made.settings { $0.gamma = .fixed(0) })
      }
      #expect(error == .usage("method \(method) does not support gamma"))
      return
    }
    for keepsMean in [false, true] {
      let none = try Made.fit(
        method, table, Made.settings { ($0.gamma, $0.keepMean) = (.fixed(0), keepsMean) })
      #expect(try none.apply(to: table).calibrated == table.scores)
    }
    let whole = try Made.fit(method, table).apply(to: table).bias
    let half = try Made.fit(method, table, Made.settings { $0.gamma = .fixed(0.5) })
    #expect(half.gamma == 0.5)
    // Halving is exact in binary.
    #expect(try half.apply(to: table).bias == whole.map { $0 / 2 })
    #expect(throws: TareError.self) {
      try Made.fit(method, table, Made.settings { $0.gamma = .fixed(.infinity) })
    }
  }

  @Test(arguments: Calibrators.registry.keys)
  func `options that a method does not have are refused by name`(method: String) throws {
    let type = try Calibrators.registry.entry(for: method)
    let all: [(CalibratorOptions.Name, (inout CalibratorOptions) -> Void)] = [
      (.frac, { $0.frac = 0.5 }), (.it, { $0.it = 1 }), (.delta, { $0.delta = 1 }),
      (.coefficient, { $0.coefficient = .tuned }), (.ratio, { $0.ratio = 2 }),
      (.ridge, { $0.ridge = 2 }), (.direction, { $0.direction = .decreasing }),
      (.assume, { $0.assume = .any }), (.levels, { $0.levels = 5 }),
      (.asPublished, { $0.asPublished = true }),
    ]
    for (name, set) in all {
      if type.options.contains(name) {
        _ = try Calibrators.calibrator(method, Made.options(set))
      } else {
        let error = #expect(throws: TareError.self) {
          try Calibrators.calibrator(method, Made.options(set))
        }
        #expect(error?.exitCode == 64)
        #expect(
          error?.description.hasPrefix(
            "method \(method) has no option \(name.rawValue): expected one of ")
            == true)
      }
    }
  }

  @Test func `settings out of range are refused with what is accepted`() throws {
    let cases: [(String, (inout CalibratorOptions) -> Void)] = [
      ("lowess", { $0.frac = 2 }), ("lowess", { $0.frac = .nan }), ("lowess", { $0.it = -1 }),
      ("within-prompt", { $0.delta = -1 }), ("penalty", { $0.coefficient = .fixed(.nan) }),
      ("penalty", { $0.scale = .rank }), ("bradley-terry", { $0.scale = .rank }),
      ("bradley-terry", { $0.ridge = -1 }), ("mean", { $0.ratio = 0 }),
      ("mean", { $0.ratio = .infinity }), ("quantile", { $0.levels = 0 }),
      ("quantile", { $0.levels = 1000 }),
    ]
    for (method, set) in cases {
      let error = #expect(throws: TareError.self) {
        try Calibrators.calibrator(method, Made.options(set))
      }
      #expect(error?.exitCode == 64)
      #expect(error?.description.contains(": expected ") == true)
    }
    #expect(throws: TareError.self) { try Calibrators.calibrator("spline") }
    let table = try table(for: "lowess")
    for settings in [
      Made.settings { $0.crossFit = 1 }, Made.settings { $0.crossFit = 101 },
      Made.settings { ($0.perSubset, $0.shrinkage) = (true, -1) },
      Made.settings { ($0.perSubset, $0.shrinkage) = (true, .infinity) },
    ] {
      let error = #expect(throws: TareError.self) { try Made.fit("lowess", table, settings) }
      #expect(error?.exitCode == 64)
    }
  }

  @Test func `a method gets as many covariates as it takes, and labels where it needs them`() throws
  {
    let two = try table(for: "surface")
    let one = try table(for: "lowess")
    #expect(throws: TareError.usage("method lowess, covariates: expected 1, found 2")) {
      try Made.fit("lowess", two)
    }
    #expect(throws: TareError.usage("method surface, covariates: expected 2, found 1")) {
      try Made.fit("surface", one)
    }
    let none = try CalibrationTable(scores: [1, 2], columns: [], covariates: [])
    #expect(
      throws: TareError.usage("method additive, covariates: expected 1 or more, found 0")
    ) {
      try Made.fit("additive", none)
    }
    for method in ["bradley-terry", "isotonic"] {
      let error = #expect(throws: TareError.self) {
        try Made.fit(method, one.withoutLabels)
      }
      #expect(error?.description.contains("requires a label in every row") == true)
    }
  }

  @Test func `a covariate without a logarithm is refused by its row`() throws {
    let table = try CalibrationTable(
      scores: [1, 2, 3], values: [4, -1, 5], covariate: .named("z"))
    let error = #expect(throws: TareError.self) {
      try Made.fit("lowess", table) { $0.scale = .log }
    }
    #expect(error?.description.begins("column z, row 2: expected …, found -1.0") == true)
  }

  /// On the scale the knots lie elsewhere, but a curve is kept over the covariate itself.
  @Test(arguments: [Scale.log, .rank])
  func `a scale changes what is near, not what is saved`(scale: Scale) throws {
    let table = try table(for: "lowess")
    let calibration = try Made.fit("lowess", table) { $0.scale = scale }
    let column = scale == .log ? Self.lengths.map { log1p($0) } : Self.lengths.ranks
    let fit = try Lowess(frac: 0.9).fit(x: column, y: table.scores)
    #expect(try calibration.apply(to: table).bias == fit.fitted)
    #expect(calibration.parameters["scale"] == .string(scale.rawValue))
    #expect(calibration.ranges == [50...850])
  }
}
