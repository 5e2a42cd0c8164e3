import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct AccuracyMatrixTests {
  /// By hand, after Chaudhry et al. and Lopez-Paz and Ranzato.
  @Test func `average accuracy, forgetting and transfers are those of their definitions`() {
    let matrix = AccuracyMatrix(
      start: [0.5, 0.4, 0.6],
      stages: [[0.9, 0.7, 0.5], [0.95, 0.8, 0.4], [0.6, 0.65, 0.85]])
    #expect(abs(matrix.averageAccuracy - 0.7) < 1e-15)
    // Best before the end: 0.95 and 0.8.
    #expect(abs(matrix.forgetting - (0.35 + 0.15) / 2) < 1e-15)
    #expect(abs(matrix.backwardTransfer - (-0.3 - 0.15) / 2) < 1e-15)
    #expect(abs(matrix.forwardTransfer - (0.3 - 0.2) / 2) < 1e-15)
  }

  @Test func `forgetting is below 0 where a later domain helps`() {
    let matrix = AccuracyMatrix(start: [0.5, 0.5], stages: [[0.6, 0.5], [0.7, 0.8]])
    #expect(abs(matrix.forgetting + 0.1) < 1e-15)
    #expect(abs(matrix.backwardTransfer - 0.1) < 1e-15)
    #expect(matrix.forwardTransfer == 0)
  }

  /// Abramowitz and Stegun, table 26.10.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228),
    (29, 2.045), (30, 2.042), (120, 1.980),
  ])
  func `Student's t has the points of the tables`(degrees: Int, wanted: Double) {
    #expect(abs(StudentT.quantile975(degrees: degrees) - wanted) < 0.0006)
  }

  @Test func `an interval over seeds is the mean and t standard errors`() {
    let estimate = SeedEstimate([1, 2, 3, 4, 5])
    #expect(estimate.mean == 3)
    // 2.776445 · √2.5 / √5
    #expect(abs(estimate.reach - 1.963243) < 1e-6)
    #expect(abs(estimate.interval.lowerBound - 1.036757) < 1e-6)
    #expect(SeedEstimate([0.5, 0.5]).interval == 0.5...0.5)
  }
}
