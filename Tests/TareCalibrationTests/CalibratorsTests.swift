/// The registry's rules: every calibrator fits, saves, and is named in the help.
import TareCalibration
import TareCore
import Testing

@Suite struct CalibratorsTests {
  @Test(arguments: Calibrators.registry.keys)
  func `every calibrator fits the same table and survives saving`(key: String) throws {
    let table = try CalibrationTable(
      scores: [1, 2, 4, 3, 6], values: [10, 20, 30, 40, 50], covariate: .length,
      prompts: PromptGroups(["a", "a", "b", "b", "b"]), labels: [0, 1, 1, 0, 1])
    let calibration = try Calibrators.calibrator(key).fit(table, date: "2026-01-31")
    #expect(calibration.method == key)
    let read = try Calibration(json: try JSONValue(parsing: calibration.json.text()))
    #expect(try read.apply(to: table) == calibration.apply(to: table))
  }

  @Test func `keys and summaries are there for the help`() {
    #expect(Calibrators.registry.keys == ["lowess", "penalty"])
    #expect(Calibrators.registry.help.allSatisfy { !$0.summary.isEmpty })
  }

  @Test func `an option that the method does not have is refused`() {
    let error = #expect(throws: TareError.self) {
      try Calibrators.calibrator("penalty", .init(frac: 0.3))
    }
    #expect(
      error?.description == "method penalty has no option frac; it has: coefficient")
    #expect(throws: TareError.self) { try Calibrators.calibrator("spline") }
    #expect(throws: TareError.self) { try Calibrators.calibrator("lowess", .init(frac: 2)) }
    #expect(throws: TareError.self) {
      try Calibrators.calibrator("penalty", .init(coefficient: .nan))
    }
  }
}
