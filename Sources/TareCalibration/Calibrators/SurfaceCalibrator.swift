/// A bias over two covariates together, as of length and prompt length.
package import TareCore
internal import TareNumerics

/// Local planes over the nearest points in both covariates, each in units of its own spread, on a
/// grid of quantiles; bilinear between the nodes. Unlike a sum of curves it finds that length counts
/// more where the prompt is short.
package struct SurfaceCalibrator: Calibrator {
  package static let key = "surface"
  package static let summary = "a smooth surface over two covariates"
  package static let options: [CalibratorOptions.Name] = [.frac, .it]
  package static let covariateCount = 2...2

  /// A third of the points in each local plane: a neighbourhood in two dimensions is wide already.
  private let frac: Double
  /// Of more rows every so many take part: a surface of 625 nodes is sure long before.
  private static let mostRows = 20_000
  private let it: Int
  private let scale: Scale

  package init(_ options: CalibratorOptions) throws(TareError) {
    let lowess = try options.lowess(frac: 0.5)
    (frac, it, scale) = (lowess.frac, lowess.it, options.scale)
  }

  package var parameters: JSONObject {
    ["frac": .double(frac), "it": .int(it), "scale": .string(scale.rawValue)]
  }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let step = (table.count + Self.mostRows - 1) / Self.mostRows
    let rows = Array(stride(from: 0, to: table.count, by: step))
    let x = try table.column(0, on: scale)
    let y = try table.column(1, on: scale)
    let fit = LocalPlanes(
      x: rows.map { x[$0] }, y: rows.map { y[$0] }, z: rows.map { table.scores[$0] }, frac: frac,
      it: it)
    // Nodes are saved in the covariates' own values, at the rows that they were taken from.
    let surface = Surface(
      x: fit.xRows.map { table.columns[0][rows[$0]] },
      y: fit.yRows.map { table.columns[1][rows[$0]] },
      bias: fit.values)
    try surface.check()
    return FoundBias(.surface(surface, first: 0, second: 1))
  }
}
