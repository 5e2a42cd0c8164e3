/// Golden files of every version of the saved form: they are read, and give the scores they gave.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct SavedCalibrationTests {
  private static let folder = projectFolder.appending(
    path: "Tests/TareCalibrationTests/Fixtures/saved")
  private static let methods = [
    "additive", "auto", "bradley-terry", "column", "counts", "isotonic", "lowess",
    "lowess-penalty", "mean", "monotone", "penalty", "per-subset", "quantile", "surface",
    "within-prompt",
  ]

  @Test(arguments: [2, 3], methods)
  func `a saved calibration of each version gives the scores it gave`(
    version: Int, method: String
  ) throws {
    let file = Self.folder.appending(path: "v\(version)/\(method)")
    let calibration = try Self.read(file.appendingPathExtension("json"))
    let expected = try String(contentsOf: file.appendingPathExtension("txt"), encoding: .utf8)
      .split(separator: "\n").compactMap { Double($0) }
    let found = try calibration.apply(to: Self.table(calibration.covariates)).calibrated
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) { #expect(found == expected) }
  }

  @Test(arguments: methods)
  func `a version that is read is written as today's and read again`(method: String) throws {
    let old = try Self.read(Self.folder.appending(path: "v2/\(method).json"))
    let again = try Calibration(json: JSONValue(parsing: old.json.text()))
    #expect(again == old)
    #expect(old.json["version"] == .int(Calibration.version))
  }

  @Test func `words about a covariate do not decide`() throws {
    let saved = try String(
      contentsOf: Self.folder.appending(path: "v3/lowess.json"), encoding: .utf8)
    let reworded = saved.replacing("Unicode scalars of the response", with: "characters")
    #expect(reworded != saved)
    let calibration = try Calibration(json: JSONValue(parsing: reworded))
    _ = try calibration.apply(to: Self.table([.length]))
    let other = saved.replacing("length.scalars/1", with: "length.scalars/2")
    let error = #expect(throws: TareError.self) {
      try Calibration(json: JSONValue(parsing: other)).apply(to: Self.table([.length]))
    }
    #expect(error?.description.contains("length.scalars/2") == true)
  }

  @Test func `words that no program wrote are no covariate of version 2`() throws {
    let saved = try String(
      contentsOf: Self.folder.appending(path: "v2/lowess.json"), encoding: .utf8)
    let error = #expect(throws: TareError.self) {
      try Calibration(
        json: JSONValue(parsing: saved.replacing("Unicode scalars", with: "Letters")))
    }
    #expect(error?.description.contains("calibration.covariates[0].definition") == true)
  }

  private static func read(_ file: URL) throws -> Calibration {
    try Calibration(json: JSONValue(parsing: String(contentsOf: file, encoding: .utf8)))
  }

  /// The rows that they were fitted to, with these covariates counted.
  private static func table(_ covariates: [Covariate]) throws -> CalibrationTable {
    let lines = try String(contentsOf: folder.appending(path: "rows.jsonl"), encoding: .utf8)
    let rows = try lines.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    let columns = try covariates.map { covariate in
      try rows.map { row in
        let counted = TextCovariates.identified(covariate.id)?
          .value(prompt: [], response: row["response"]?.string ?? "", tokens: nil)
        return try #require(counted ?? row[covariate.name]?.double)
      }
    }
    return try CalibrationTable(
      scores: rows.map { try #require($0["score"]?.double) }, columns: columns,
      covariates: covariates, subsets: rows.map { try #require($0["subset"]?.string) })
  }
}
