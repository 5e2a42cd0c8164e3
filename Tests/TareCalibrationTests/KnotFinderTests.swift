/// The biases of many values at once.
import TareCalibration
import TareCore
import Testing

@Suite struct KnotFinderTests {
  private static let knots: [[Double]] = [
    [5], [0, 1], [-3, 0, 1, 1.5, 1e12], [-1e99, 0, 1e99], [0, .leastNonzeroMagnitude],
    (0..<2000).map { (knot: Int) -> Double in Double(knot * knot) / 7 },
    (0..<300).map { (knot: Int) -> Double in 1 + Double(knot) * 0x1p-52 },
  ]

  @Test(arguments: knots)
  func `many values find the knots that each finds by itself`(x: [Double]) throws {
    let curve = Curve.knots(
      .init(x: x, bias: x.indices.map { (knot: Int) -> Double in Double(knot % 7) }))
    let between = zip(x, x.dropFirst()).map { $0 / 2 + $1 / 2 }
    let beside = x.map(\.nextUp) + x.map(\.nextDown)
    let values = x + between + beside + [-9e99, 9e99]
    let table = try CalibrationTable(
      scores: values.map { _ in 0 }, values: values, covariate: .length)
    #expect(Bias.curve(curve, covariate: 0).values(for: table) == values.map(curve.bias))
  }
}
