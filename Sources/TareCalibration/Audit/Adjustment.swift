/// Which columns a partial association is adjusted for, and the regression on them.

/// Other columns that a column is compared beside.
///
/// Taken one by one, those least correlated with the column first, and left out where with it less than a tenth
/// of the column's variance would remain (the customary bound of 10 on the variance inflation factor): a length
/// in words says what a length in characters says.
struct Adjustment {
  /// Places of the columns, ascending.
  let columns: [Int]
  private let correlations: [[Double]]

  private static let leastTolerance = 0.1

  /// - Parameter correlations: of all columns, [column][column].
  init(of column: Int, _ correlations: [[Double]]) {
    self.correlations = correlations
    let candidates = correlations.indices.filter { $0 != column }.sorted {
      (abs(correlations[column][$0]), $0) < (abs(correlations[column][$1]), $1)
    }
    // Rows of the Cholesky factor of the taken columns, and the column's coordinates beside them.
    var factor: [[Double]] = []
    var coordinates: [Double] = []
    var taken: [Int] = []
    var left = 1.0
    for candidate in candidates {
      var row: [Double] = []
      for (place, other) in taken.enumerated() {
        var value = correlations[candidate][other]
        for index in 0..<place { value -= row[index] * factor[place][index] }
        row.append(value / factor[place][place])
      }
      let own = 1 - row.reduce(0) { $0 + $1 * $1 }
      guard own > 1e-6 else { continue }
      let root = own.squareRoot()
      let shared = zip(row, coordinates).reduce(0) { $0 + $1.0 * $1.1 }
      let coordinate = (correlations[candidate][column] - shared) / root
      guard left - coordinate * coordinate >= Self.leastTolerance else { continue }
      left -= coordinate * coordinate
      row.append(root)
      factor.append(row)
      coordinates.append(coordinate)
      taken.append(candidate)
    }
    columns = taken.sorted()
  }

  /// The least-squares coefficients on the columns of one that has these correlations with all of them,
  /// [taken column].
  ///
  /// - Parameter target: [column].
  func coefficients(_ target: [Double]) -> [Double] {
    let size = columns.count
    var matrix = columns.map { row in columns.map { correlations[row][$0] } }
    var right = columns.map { target[$0] }
    for pivot in 0..<size {
      for row in pivot + 1..<max(size, pivot + 1) {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        guard factor != 0 else { continue }
        for column in pivot..<size { matrix[row][column] -= factor * matrix[pivot][column] }
        right[row] -= factor * right[pivot]
      }
    }
    for row in stride(from: size - 1, through: 0, by: -1) {
      for column in row + 1..<max(size, row + 1) {
        right[row] -= matrix[row][column] * right[column]
      }
      right[row] /= matrix[row][row]
    }
    return right
  }
}
