/// Tables with almost nothing in them: no method crashes or gives a NaN.
import TareCalibration
import TareCore
import Testing

@Suite struct DegenerateTablesTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let scores: [Double]
    let lengths: [Double]
    /// Nil for no prompts.
    let prompts: [Int]?
  }

  static let shapes: [Shape] = {
    let ramp = (0..<40).map(Double.init)
    let wave = (0..<40).map { Double($0 * 7 % 11) }
    let pairs = (0..<40).map { $0 / 2 }
    let apart = (0..<40).map { $0 % 20 }
    let same = [Double](repeating: 0.1, count: 40)
    return [
      Shape(testDescription: "one row", scores: [0.3], lengths: [7], prompts: [0]),
      Shape(testDescription: "one row, no prompts", scores: [0.3], lengths: [7], prompts: nil),
      Shape(testDescription: "two rows", scores: [1, 0.2], lengths: [7, 9], prompts: [0, 0]),
      Shape(testDescription: "two prompts", scores: [1, 0.2], lengths: [7, 9], prompts: [0, 1]),
      Shape(testDescription: "two alike", scores: [1, 1], lengths: [7, 7], prompts: [0, 0]),
      Shape(
        testDescription: "three rows", scores: [1, 0.2, 4], lengths: [7, 9, 2], prompts: [0, 0, 1]),
      Shape(
        testDescription: "three rows of one length", scores: [1, 0.2, 4], lengths: [7, 7, 7],
        prompts: [0, 0, 1]),
      Shape(testDescription: "constant scores", scores: same, lengths: wave, prompts: pairs),
      Shape(testDescription: "constant covariate", scores: wave, lengths: same, prompts: pairs),
      Shape(testDescription: "all constant", scores: same, lengths: same, prompts: pairs),
      Shape(
        testDescription: "a single prompt", scores: wave, lengths: ramp,
        prompts: ramp.map { _ in 0 }),
      Shape(testDescription: "no prompts", scores: wave, lengths: ramp, prompts: nil),
      Shape(
        testDescription: "prompts of one response", scores: wave, lengths: ramp,
        prompts: Array(0..<40)),
      Shape(testDescription: "a line", scores: ramp, lengths: ramp, prompts: apart),
      Shape(
        testDescription: "two values of the covariate", scores: wave,
        lengths: ramp.map { $0 < 20 ? 1 : 2 },
        prompts: pairs),
      Shape(
        testDescription: "one value far away", scores: wave, lengths: ramp.dropLast() + [1e12],
        prompts: pairs),
      Shape(
        testDescription: "huge scores", scores: wave.map { 1e9 + $0 }, lengths: ramp,
        prompts: apart),
      Shape(
        testDescription: "tiny scores", scores: wave.map { $0 * 1e-300 }, lengths: ramp,
        prompts: apart),
    ]
  }()

  private static let settings: [FitSettings] = [
    Made.settings { $0.gamma = .labels }, Made.settings { $0.gamma = .decorrelate },
    Made.settings { $0.crossFit = 2 }, Made.settings { $0.perSubset = true },
    Made.settings { ($0.keepMean, $0.crossFit, $0.perSubset) = (true, 3, true) },
  ]

  private func tables(_ shape: Shape, _ method: String) throws -> [CalibrationTable] {
    let covariates = try Made.covariates(of: method)
    let labels = shape.scores.indices.map { Double(($0 + $0 / 4) % 2) }
    return try [labels, labels.map { _ in 1 }, nil].map { labels in
      try CalibrationTable(
        scores: shape.scores, columns: covariates.map { _ in shape.lengths },
        covariates: covariates,
        prompts: shape.prompts.map { PromptGroups($0.map(String.init)) },
        subsets: shape.scores.indices.map { $0 % 4 < 2 ? "a" : "b" }, labels: labels)
    }
  }

  /// Each gives either numbers or an error that says what is wrong with the data.
  @Test(arguments: shapes, Calibrators.registry.keys)
  func `every method takes them or says why not`(shape: Shape, method: String) throws {
    let tables = try tables(shape, method)
    for table in tables { try check(method, table, .init()) }
    for settings in Self.settings { try check(method, tables[0], settings) }
  }

  private func check(
    _ method: String, _ table: CalibrationTable, _ settings: FitSettings
  ) throws {
    do {
      let calibration = try Made.fit(method, table, settings)
      let applied = try calibration.apply(to: table)
      #expect(applied.calibrated.allSatisfy { $0.isFinite })
      #expect(calibration.gamma.isFinite && calibration.offset.isFinite)
      let read = try Made.saved(calibration)
      #expect(try read.apply(to: table) == applied)
    } catch let error as TareError {
      #expect([64, 65].contains(error.exitCode), "\(error)")
      #expect(!error.description.contains("overflow"), "\(error)")
    }
  }

  @Test(arguments: shapes)
  func `the default takes all of them`(shape: Shape) throws {
    for table in try tables(shape, "auto") {
      let calibration = try Made.fit("auto", table)
      #expect(["correct", "abstain"].contains(calibration.findings["decision"]?.string))
    }
  }

  @Test(arguments: shapes)
  func `every one has a diagnosis`(shape: Shape) throws {
    for table in try tables(shape, "lowess") {
      let json = Diagnosis(of: table, thorough: true).json
      // Text with a NaN in it would not be read again.
      #expect(try JSONValue(parsing: json.text()).object?.keys == json.object?.keys)
    }
  }
}
