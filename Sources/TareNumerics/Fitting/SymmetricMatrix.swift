/// Small linear algebra.

/// Small symmetric matrices.
package enum SymmetricMatrix {
  /// Gauss–Jordan without pivoting, which positive definite matrices do not need.
  ///
  /// - Returns: nil where it is not positive definite.
  package static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
    let size = matrix.count
    var left = matrix
    var right = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
    for pivot in 0..<size {
      let value = left[pivot][pivot]
      guard value > 1e-12 * matrix[pivot][pivot], value > 0, value.isFinite else { return nil }
      for column in 0..<size {
        left[pivot][column] /= value
        right[pivot][column] /= value
      }
      for row in 0..<size where row != pivot {
        let factor = left[row][pivot]
        for column in 0..<size {
          left[row][column] -= factor * left[pivot][column]
          right[row][column] -= factor * right[pivot][column]
        }
      }
    }
    return right
  }

  package static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in
      b.indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } }
    }
  }
}
