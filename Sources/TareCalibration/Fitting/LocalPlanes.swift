/// Local regression over two covariates, at the nodes of a grid.
internal import TareCore
internal import TareNumerics

/// At each node a plane through the nearest points, weighted by tricube of their distance and, in
/// `it` further rounds, by bisquare of their residuals from the bilinear surface.
struct LocalPlanes {
  /// Rows whose covariates are the grid's nodes, ascending, [node].
  private(set) var xRows: [Int]
  private(set) var yRows: [Int]
  /// [x node][y node].
  private(set) var values: [Double] = []

  /// Nodes on an axis: with neighbourhoods of a third of the points or more the surface is straight
  /// between them to far within its standard error.
  private static let mostNodes = 25

  private let x: [Double]
  private let y: [Double]
  private let z: [Double]

  init(x: [Double], y: [Double], z: [Double], frac: Double, it: Int) {
    // In units of the standard deviation; an axis without spread counts for nothing.
    (self.x, self.y, self.z) = (x.standardised, y.standardised, z)
    xRows = Self.nodes(x)
    yRows = Self.nodes(y)
    let neighbours = min(max(Int(frac * Double(z.count) + 1e-10), 4), z.count)
    let everyone = [Double](repeating: 1, count: z.count)
    var robustness = everyone
    for round in 0...it {
      values = []
      for xRow in xRows {
        for yRow in yRows {
          let (x, y) = (self.x[xRow], self.y[yRow])
          // Where all neighbours lie far off the surface they are all there is.
          let value =
            plane(x, y, robustness, neighbours) ?? plane(x, y, everyone, neighbours) ?? z.mean
          values.append(value)
        }
      }
      guard round < it else { break }
      let surface = Surface(
        x: xRows.map { self.x[$0] }, y: yRows.map { self.y[$0] }, bias: values)
      let residuals = z.indices.map { abs(z[$0] - surface.bias(at: self.x[$0], self.y[$0])) }
      guard residuals.median > 0,
        let bisquare = Lowess.Rules.tare.bisquare(residuals, weights: nil)
      else { break }
      robustness = bisquare
    }
  }

  /// Rows of distinct values, evenly by rank, with both ends.
  private static func nodes(_ column: [Double]) -> [Int] {
    let order = column.indices.sorted { column[$0] < column[$1] }
    let count = min(mostNodes, order.count)
    var rows: [Int] = []
    for step in 0..<count {
      let row = order[step * (order.count - 1) / max(1, count - 1)]
      if rows.last.map({ column[$0] < column[row] }) ?? true { rows.append(row) }
    }
    return rows
  }

  /// - Returns: nil where no neighbour has a weight.
  private func plane(
    _ atX: Double, _ atY: Double, _ robustness: [Double], _ neighbours: Int
  ) -> Double? {
    let squares = z.indices.map {
      (x[$0] - atX) * (x[$0] - atX) + (y[$0] - atY) * (y[$0] - atY)
    }
    var distances = squares
    let width = Median.select(&distances, neighbours - 1).squareRoot()
    // 1, x, y about the node: normal equations of the weighted least squares, [3][3] and [3].
    var matrix = [[Double]](repeating: [0, 0, 0], count: 3)
    var right = [0.0, 0, 0]
    let level = z[0]
    for point in z.indices {
      let distance = squares[point].squareRoot()
      guard width > 0 ? distance < width : distance == 0 else { continue }
      let u = width > 0 ? distance / width : 0
      let base = 1 - u * u * u
      let weight = base * base * base * robustness[point]
      let row = [1, x[point] - atX, y[point] - atY]
      for i in 0..<3 {
        right[i] += weight * row[i] * (z[point] - level)
        for j in 0..<3 { matrix[i][j] += weight * row[i] * row[j] }
      }
    }
    guard matrix[0][0] > 0 else { return nil }
    // Points on one line, or at one place, fit no plane: a little ridge on the slopes ends that.
    for i in 1..<3 { matrix[i][i] += 1e-9 * matrix[0][0] }
    guard let inverse = SymmetricMatrix.inverse(matrix) else {
      return level + right[0] / matrix[0][0]
    }
    return level + inverse[0][0] * right[0] + inverse[0][1] * right[1] + inverse[0][2] * right[2]
  }
}

extension [Double] {
  fileprivate var standardised: [Double] {
    let centred = centred
    let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(count)
    return variance > 0 ? centred.map { $0 / variance.squareRoot() } : centred
  }
}
