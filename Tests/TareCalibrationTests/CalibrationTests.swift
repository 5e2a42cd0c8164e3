/// Fitting, saving and applying calibrations, and what is refused.
import Foundation
import TareCalibration
import TareCore
import TareNumerics
import TareTesting
import Testing

@Suite struct CalibrationTests {
  private let table: CalibrationTable
  private let lengths: [Double]

  init() throws {
    lengths = (0..<60).map { Double(50 + $0 * 37 % 41 * 20) }
    table = try CalibrationTable(
      scores: lengths.enumerated().map { 0.003 * $1 + sin(Double($0)) }, values: lengths,
      covariate: .length, prompts: PromptGroups((0..<60).map { "\($0 / 2)" }))
  }

  private func lowess(_ table: CalibrationTable, keepMean: Bool = false) throws -> Calibration {
    try Made.fit("lowess", table, Made.settings { $0.keepMean = keepMean })
  }

  @Test func `the score loses the LOWESS curve, level and all`() throws {
    let calibrated = try lowess(table).apply(to: table)
    let fit = try Lowess(frac: 0.9).fit(x: table.columns[0], y: table.scores)
    #expect(calibrated.bias == fit.fitted)
    #expect(calibrated.calibrated == zip(table.scores, fit.fitted).map { $0 - $1 })
    #expect(calibrated.outside == 0)
    let slope = try #require(Association(of: calibrated.calibrated, on: table.columns[0])).slope
    #expect(abs(slope) < 0.0005, "0.003 before")
  }

  /// Per cent of pairs right after the paper's calibration, computed with statsmodels' lowess
  /// (frac 0.9), to two decimals. On math-prm it costs ten points and more.
  @Test(
    .enabled(if: sharedScores, "needs ../shared/data/scores"),
    arguments: [
      ("judgebench.csv", "Ray2333_GRM-Gemma-2B-rewardmodel-ft", "60.57"),
      ("judgebench.csv", "internlm_internlm2-20b-reward", "61.71"),
      ("mathprm.csv", "ArmoRM", "78.08"), ("mathprm.csv", "GRM_Gemma_2B", "81.43"),
      ("mathprm.csv", "oasst-rm", "57.72"),
    ])
  func `on real scores the calibrated accuracy is that of statsmodels' curve`(
    file: String, model: String, accuracy: String
  ) throws {
    let table = try scoreTable(file, model: model)
    let calibrated = try lowess(table).apply(to: table).calibrated
    let prompts = try #require(table.prompts)
    let right = PairOrder(within: prompts, calibrated, try #require(table.labels)).concordant
    #expect(String(format: "%.2f", 100 * Double(right) / Double(prompts.count)) == accuracy)
  }

  @Test func `saved, read and applied again it gives the same bits`() throws {
    let calibration = try lowess(table)
    let text = calibration.json.text(indent: 2, sortedKeys: true)
    let read = try Calibration(json: try JSONValue(parsing: text))
    #expect(read.bias == calibration.bias)
    #expect(read.json.text(sortedKeys: true) == calibration.json.text(sortedKeys: true))
    #expect(try read.apply(to: table) == calibration.apply(to: table))
  }

  @Test func `the saved form says what it is`() throws {
    let json = try lowess(table).json
    #expect(json["version"]?.int == 3)
    #expect(json["method"]?.string == "lowess")
    #expect(json["covariates"]?.array?.map { $0["name"]?.string } == ["length"])
    #expect(
      json["parameters"]
        == .object(["frac": .double(0.9), "it": .int(3), "rules": .string("tare")]))
    #expect(json["gamma"]?.double == 1)
    #expect(json["offset"]?.double == 0)
    #expect(json["prompts"]?.int == 30)
    #expect(json["n"]?.int == 60)
    #expect(json["ranges"]?.array?.map { $0.array?.compactMap(\.double) } == [[50, 850]])
    let curve = json["bias"]?["curve"]
    for member in ["x", "bias", "standard_errors"] {
      #expect(curve?[member]?.array?.count == Set(lengths).count)
    }
    #expect(json["digest"]?.string == table.digest.description)
    #expect(json["date"]?.string == "2026-01-31")
  }

  @Test func `between knots it interpolates, beyond them it clamps and counts`() throws {
    let knots = try CalibrationTable(
      scores: [1, 3, 7], values: [10, 20, 40], covariate: .length)
    let calibration = try Made.fit("lowess", knots) { ($0.frac, $0.it) = (0, 0) }
    #expect(calibration.bias(at: 15) == 2)
    #expect(calibration.bias(at: 35) == 6)
    let new = try CalibrationTable(
      scores: [0, 0, 0, 0, 0], values: [-5, 10, 30, 40, 41], covariate: .length)
    let calibrated = try calibration.apply(to: new)
    #expect(calibrated.bias == [1, 1, 5, 7, 7])
    #expect(calibrated.outside == 2)
  }

  @Test func `keeping the mean shifts every score alike`() throws {
    let plain = try lowess(table).apply(to: table)
    let kept = try lowess(table, keepMean: true).apply(to: table)
    let mean = plain.bias.reduce(0, +) / 60
    for (a, b) in zip(plain.calibrated, kept.calibrated) { #expect(abs(b - a - mean) < 1e-12) }
    #expect(try lowess(table, keepMean: true).json["parameters"]?["keep_mean"] == .bool(true))
  }

  @Test func `the penalty is a line without end`() throws {
    let calibration = try Made.fit("penalty", table)
    #expect(calibration.bias(at: 2000) == 2)
    let read = try Calibration(json: try JSONValue(parsing: calibration.json.text()))
    #expect(read == calibration)
    let steeper = try Made.fit("penalty", table) { $0.coefficient = .fixed(0.5) }
    #expect(steeper.bias(at: 3) == 1.5)
  }

  @Test func `another covariate is refused`() throws {
    let calibration = try lowess(table)
    let other = try CalibrationTable(
      scores: [1], values: [1], covariate: .named("md_lists"))
    let error = #expect(throws: TareError.self) { try calibration.apply(to: other) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("md_lists") == true)
    #expect(error?.description.contains("length") == true)
  }

  @Test(arguments: [
    ("version", "1", "calibration.version"), ("version", "\"2\"", "calibration.version"),
    ("method", "null", "calibration.method"), ("covariates", "{}", "calibration.covariates"),
    ("covariates", "[3]", "calibration.covariates[0]"),
    ("covariates", "[{\"name\": \"length\"}]", "calibration.covariates[0].id"),
    ("covariates", "[]", "calibration.ranges"),
    ("ranges", "[[2, 1]]", "calibration.ranges"), ("ranges", "[[1]]", "calibration.ranges"),
    ("ranges", "[[1, 2], [3, 4]]", "calibration.ranges"), ("ranges", "3", "calibration.ranges"),
    ("n", "0", "calibration.n"), ("n", "1.5", "calibration.n"),
    ("prompts", "\"3\"", "calibration.prompts"),
    ("gamma", "\"1\"", "calibration.gamma"), ("offset", "null", "calibration.offset"),
    ("findings", "[]", "calibration.findings"), ("parameters", "3", "calibration.parameters"),
    ("bias", "{}", "calibration.bias.form"),
    ("bias", "{\"form\": \"spline\"}", "calibration.bias.form"),
    ("bias", #"{"form": "curve"}"#, "calibration.bias.curve"),
    (
      "bias",
      #"{"form": "curve", "covariate": 1, "curve": {"kind": "knots", "x": [1], "bias": [1]}}"#,
      "calibration.bias.covariate"
    ),
    ("bias", #"{"form": "sum", "terms": {}}"#, "calibration.bias.terms"),
    ("bias", #"{"form": "sum", "terms": [{"form": "x"}]}"#, "calibration.bias.terms[0].form"),
    (
      "bias",
      #"{"form": "surface", "covariates": [0, 1], "x": [1], "y": [1], "bias": [1]}"#,
      "calibration.bias.covariates"
    ),
    (
      "bias",
      #"{"form": "surface", "covariates": [0, 0], "x": [2, 1], "y": [1], "bias": [1, 1]}"#,
      "calibration.bias, axis x"
    ),
    (
      "bias",
      #"{"form": "surface", "covariates": [0, 0], "x": [1, 2], "y": [1], "bias": [1]}"#,
      "calibration.bias, bias"
    ),
    (
      "bias",
      #"{"form": "quantiles", "covariate": 0, "x": [1], "local": [[2, 1]], "overall": [1, 2]}"#,
      "calibration.bias, local"
    ),
    (
      "bias",
      #"{"form": "quantiles", "covariate": 0, "x": [1, 1], "local": [], "overall": [1, 2]}"#,
      "calibration.bias, x"
    ),
    (
      "bias",
      #"{"form": "quantiles", "covariate": 0, "x": [], "local": [], "overall": [1, 2]}"#,
      "calibration.bias, column x"
    ),
    ("bias", #"{"form": "folds", "folds": []}"#, "calibration.bias.folds"),
    ("bias", #"{"form": "subsets", "subsets": {"a": 3}}"#, "calibration.bias.subsets.a"),
    ("bias", #"{"form": "mixture", "share": 1}"#, "calibration.bias.first"),
    ("bias.curve", "{\"kind\": \"spline\"}", "calibration.bias.curve.kind"),
    (
      "bias.curve", #"{"kind": "line", "slope": 1}"#, "calibration.bias.curve.intercept"
    ),
    (
      "bias.curve", #"{"kind": "line", "slope": 1, "intercept": 0}"#,
      "calibration.bias.curve.logarithmic"
    ),
    ("bias.curve", #"{"kind": "knots", "x": [1, "2"], "bias": [1]}"#, "calibration.bias.curve.x"),
    (
      "bias.curve", #"{"kind": "knots", "x": [1, 2], "bias": [1]}"#,
      "calibration.bias.curve, column bias"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [1, 1], "bias": [1, 2]}"#,
      "calibration.bias.curve, column x, row 2"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [], "bias": []}"#, "calibration.bias.curve, column x"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [1], "bias": [1], "standard_errors": [1, 2]}"#,
      "calibration.bias.curve, column errors"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [1], "bias": [1], "standard_errors": ["1"]}"#,
      "calibration.bias.curve.standard_errors"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [1], "bias": [1], "thin": [0]}"#,
      "calibration.bias.curve.thin"
    ),
    (
      "bias.curve", #"{"kind": "knots", "x": [1], "bias": [1], "thin": [true, true]}"#,
      "calibration.bias.curve, column thin"
    ),
  ])
  func `a broken file is refused with the member's name`(
    member: String, value: String, place: String
  ) throws {
    var object = try #require(try lowess(table).json.object)
    let value = try JSONValue(parsing: value)
    if member == "bias.curve" {
      object["bias"] = ["form": "curve", "covariate": 0, "curve": value]
    } else {
      object[member] = value
    }
    let json = JSONValue.object(object)
    let error = #expect(throws: TareError.self) { try Calibration(json: json) }
    guard case .badData(let found, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == place)
  }

  @Test func `a file that lacks a member or is no object is refused`() throws {
    #expect(throws: TareError.self) { try Calibration(json: .array([])) }
    let whole = try #require(try lowess(table).json.object)
    // Without prompts the data did not tell: that member alone may be absent.
    for key in whole.keys where key != "prompts" {
      var object = whole
      object[key] = nil
      let json = JSONValue.object(object)
      let error = #expect(throws: TareError.self) { try Calibration(json: json) }
      #expect(error?.description.begins("calibration.\(key): expected …, found nothing") == true)
    }
  }

  @Test func `scored responses become a table with their labels`() throws {
    let responses = [Role.chosen, .rejected].enumerated().map { index, role in
      ScoredResponse(
        promptID: "p", index: index, role: role, score: Double(index), covariates: ["length": 7])
    }
    let table = try CalibrationTable(responses, covariates: [.length])
    #expect(table.labels == [1, 0])
    #expect(table.prompts?.ids == ["p"])
    let error = #expect(throws: TareError.self) {
      try CalibrationTable(responses, covariates: [.named("words")])
    }
    #expect(error?.description == "row 1 (prompt p): expected one of length, found no words")
  }

  @Test func `columns that do not fit are refused`() {
    #expect(throws: TareError.self) {
      try CalibrationTable(scores: [1, .nan], values: [1, 2], covariate: .length)
    }
    #expect(throws: TareError.self) {
      try CalibrationTable(scores: [1], values: [1, 2], covariate: .length)
    }
    #expect(throws: TareError.self) {
      try CalibrationTable(scores: [], values: [], covariate: .length)
    }
    #expect(throws: TareError.self) {
      try CalibrationTable(scores: [1], values: [1], covariate: .length, prompts: PromptGroups([]))
    }
    #expect(throws: TareError.self) {
      try CalibrationTable(scores: [1], values: [1], covariate: .length, labels: [.infinity])
    }
  }
}
