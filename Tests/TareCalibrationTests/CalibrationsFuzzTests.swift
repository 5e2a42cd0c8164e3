/// Saved calibrations with changed bytes.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct CalibrationsFuzzTests {
  private static func seeds() throws -> [[UInt8]] {
    let folder = projectFolder.appending(
      path: "Tests/TareCalibrationTests/Fixtures/saved/v3")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".json") }
      .map { try Array(Data(contentsOf: folder.appending(path: $0))) }
  }

  @Test(.timeLimit(.minutes(90)))
  func `changed calibrations are read and applied, or refused`() async throws {
    let lines = try String(
      contentsOf: projectFolder.appending(
        path: "Tests/TareCalibrationTests/Fixtures/saved/rows.jsonl"), encoding: .utf8)
    let rows = try lines.split(separator: "\n").map { try JSONValue(parsing: $0) }
    let target = FuzzTarget(
      "calibration", seeds: try Self.seeds(),
      words: ["\"version\"", "\"curve\"", "\"x\"", "\"y\"", "\"covariates\"", "length.scalars/1"],
      rounds: 500
    ) { bytes in
      let calibration = try Calibration(json: JSONValue(parsing: bytes))
      let found = try calibration.apply(to: Self.table(calibration.covariates, rows)).calibrated
      // A NaN would be a wrong number without a warning.
      guard found.allSatisfy(\.isFinite) else { throw TareError.fault("\(found)") }
    }
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }

  /// The rows with what a calibration wants of them; nothing else has numbers for it.
  private static func table(
    _ covariates: [Covariate], _ rows: [JSONValue]
  ) throws(TareError) -> CalibrationTable {
    var columns: [[Double]] = []
    for covariate in covariates {
      let text = TextCovariates.identified(covariate.id)
      var column: [Double] = []
      for row in rows {
        let counted = text?.value(
          prompt: [], response: row["response"]?.string ?? "", tokens: nil)
        guard let number = counted ?? row[covariate.name]?.double else {
          throw .badData(place: "row", found: "nothing", accepted: covariate.name)
        }
        column.append(number)
      }
      columns.append(column)
    }
    return try CalibrationTable(
      scores: rows.map { $0["score"]?.double ?? 0 }, columns: columns, covariates: covariates,
      subsets: rows.map { $0["subset"]?.string ?? "" })
  }
}
