/// Local planes against weighted least squares in numpy.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct SurfaceCalibratorTests {
  private let reference: CalibratorReference

  init() throws { reference = try CalibratorReference() }

  private func fit(it: Int = 0) throws -> (surface: Surface, calibration: Calibration) {
    let calibration = try Made.fit("surface", try reference.table(["length", "words"])) {
      ($0.frac, $0.it) = (reference.number("surface", "frac"), it)
    }
    guard case .surface(let surface, first: 0, second: 1) = calibration.bias else {
      throw TareError.fault("no surface")
    }
    return (surface, calibration)
  }

  /// The ridge of 1e-9 on the slopes moves a value by about as much of the scores' range where the
  /// node lies outside its points.
  @Test func `values at nodes are those of weighted least squares`() throws {
    let surface = try fit().surface
    #expect(surface.x == reference.numbers("surface", "x"))
    #expect(surface.y == reference.numbers("surface", "y"))
    try #require(surface.bias.count == 625)
    let found = stride(from: 0, to: 25, by: 6).flatMap { i in
      stride(from: 0, to: 25, by: 6).map { j in surface.bias[i * 25 + j] }
    }
    expectClose(
      found, reference.numbers("surface", "every_sixth"), tolerance: 1e-6 * reference.range)
  }

  @Test func `between nodes it is bilinear and beyond them constant`() throws {
    let (surface, calibration) = try fit()
    func bias(_ x: Double, _ y: Double) throws -> Double {
      try calibration.apply(
        to: CalibrationTable(
          scores: [0], columns: [[x], [y]],
          covariates: [.length, .named("words")])
      ).bias[0]
    }
    #expect(try bias(surface.x[3], surface.y[7]) == surface.bias[3 * 25 + 7])
    let middle = try bias(
      (surface.x[3] + surface.x[4]) / 2, (surface.y[7] + surface.y[8]) / 2)
    let corners = [82, 83, 107, 108].map { surface.bias[$0] }
    #expect(abs(middle - corners.reduce(0, +) / 4) < 1e-9)
    #expect(try bias(-1e9, 1e9) == surface.bias[24])
    #expect(try bias(1e9, 1e9) == surface.bias[624])
  }

  /// Length counts where the prompt is short and not where it is long, which no sum of curves has.
  @Test func `it finds that one covariate's slope depends on the other`() throws {
    var normals = Made.Normals(seed: 2)
    let x = (0..<400).map { Double($0 * 37 % 400) / 400 }
    let y = (0..<400).map { Double($0 * 151 % 400) / 400 }
    let truth: [Double] = x.indices.map { 3 * x[$0] * (1 - y[$0]) }
    let table = try CalibrationTable(
      scores: truth.map { $0 + 0.2 * normals.next() }, columns: [x, y],
      covariates: [.length, .named("prompt")])
    func error(_ method: String, _ set: (inout CalibratorOptions) -> Void) throws -> Double {
      let settings = Made.settings { $0.keepMean = true }
      let bias = try Made.fit(method, table, settings, set).apply(to: table).bias
      let mean = truth.reduce(0, +) / 400
      let squares: [Double] = bias.indices.map { row in
        let error = bias[row] - truth[row] + mean
        return error * error
      }
      return (squares.reduce(0, +) / 400).squareRoot()
    }
    let surface = try error("surface") { $0.frac = 0.2 }
    let additive = try error("additive") { $0.frac = 0.5 }
    #expect(surface < 0.1)
    #expect(additive > 0.2)
  }

  @Test func `robustness weights keep an outlier from bending it`() throws {
    let x = (0..<100).map { Double($0 % 10) }
    let y = (0..<100).map { Double($0 / 10) }
    let noise = (0..<100).map { Double($0 * 7 % 5) / 50 }
    var scores = x.indices.map { x[$0] + 2 * y[$0] + noise[$0] }
    scores[55] += 100
    let table = try CalibrationTable(
      scores: scores, columns: [x, y], covariates: [.length, .named("words")])
    func worst(it: Int) throws -> Double {
      let bias = try Made.fit("surface", table) { $0.it = it }.apply(to: table).bias
      return bias.indices.map { abs(bias[$0] - x[$0] - 2 * y[$0]) }.max() ?? 0
    }
    #expect(try worst(it: 0) > 1)
    #expect(try worst(it: 3) < 0.2)
  }
}
