/// Isotonic calibration against scikit-learn.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct IsotonicCalibratorTests {
  private let reference: CalibratorReference

  init() throws { reference = try CalibratorReference() }

  /// The tilt that keeps the order of scores on one step, three millionths at most.
  private let tolerance = 3.000001e-6

  private func table(_ scores: [Double], labels: [Double]?) throws -> CalibrationTable {
    try CalibrationTable(scores: scores, columns: [], covariates: [], labels: labels)
  }

  @Test func `probabilities are those of scikit-learn, ties by their number`() throws {
    let scores = reference.numbers("isotonic", "scores")
    try #require(Set(scores).count < scores.count, "the fixture has ties")
    let table = try table(scores, labels: reference.labels)
    let calibration = try Made.fit("isotonic", table)
    expectClose(
      try calibration.apply(to: table).calibrated, reference.numbers("isotonic", "probabilities"),
      tolerance: tolerance)
    expectClose(
      try Made.saved(calibration).apply(
        to: try self.table(reference.numbers("isotonic", "new_scores"), labels: nil)
      ).calibrated, reference.numbers("isotonic", "new_probabilities"), tolerance: tolerance)
  }

  /// Three rows of 0 at one score outweigh a single 1 at a lower one: 1 and 0, 0, 0 pool to a
  /// quarter.
  @Test func `a tie of many rows weighs more than one row`() throws {
    let table = try table([1, 2, 2, 2, 3], labels: [1, 0, 0, 0, 1])
    let found = try Made.fit("isotonic", table).apply(to: table).calibrated
    expectClose(found, [0.25, 0.25, 0.25, 0.25, 1], tolerance: tolerance)
  }

  @Test func `scores on one step keep their order, and no probability leaves 0 to 1`() throws {
    let scores = reference.numbers("isotonic", "scores")
    let table = try table(scores, labels: reference.labels)
    let found = try Made.fit("isotonic", table).apply(to: table).calibrated
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    for (low, high) in zip(order, order.dropFirst()) where scores[low] < scores[high] {
      #expect(found[low] < found[high])
    }
    #expect(found.allSatisfy { (-1e-12...1 + 1e-12).contains($0) })
  }

  @Test func `labels other than 0 and 1 are refused by their row`() throws {
    let table = try table([1, 2, 3], labels: [0, 0.5, 1])
    let error = #expect(throws: TareError.self) { try Made.fit("isotonic", table) }
    #expect(error?.description.begins("column label, row 2: expected …, found 0.5") == true)
  }
}
