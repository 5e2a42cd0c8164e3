/// Who goes with whom so that the sum of costs is least.

/// The linear assignment problem by shortest augmenting paths (Jonker and Volgenant 1987, in the form of
/// Crouse 2016, as scipy has it): O(n³) steps, exact.
package enum LinearAssignment {
  /// - Parameter costs: finite, [size, size].
  /// - Returns: the column of each row, [size].
  package static func least(_ costs: [Double], size: Int) -> [Int] {
    precondition(costs.count == size * size)
    var paths = AugmentingPaths(size: size)
    for row in 0..<size { paths.assign(row, costs) }
    return paths.columnOfRow
  }
}

/// Rows assigned so far, with prices of rows and columns that make every reduced cost
/// cost − rowPrice − columnPrice 0 or more, and 0 where assigned.
private struct AugmentingPaths {
  private let size: Int
  private(set) var columnOfRow: [Int]
  private var rowOfColumn: [Int]
  private var rowPrices: [Double]
  private var columnPrices: [Double]
  /// Of the search under way: length of the shortest path to each column, the row before it, whether it is
  /// final. [column]
  private var lengths: [Double]
  private var before: [Int]
  private var isFinal: [Bool]

  init(size: Int) {
    self.size = size
    columnOfRow = Array(repeating: -1, count: size)
    rowOfColumn = columnOfRow
    before = columnOfRow
    rowPrices = Array(repeating: 0, count: size)
    columnPrices = rowPrices
    lengths = rowPrices
    isFinal = Array(repeating: false, count: size)
  }

  mutating func assign(_ start: Int, _ costs: [Double]) {
    for column in 0..<size {
      lengths[column] = .infinity
      isFinal[column] = false
    }
    var row = start
    var length = 0.0
    var end = -1
    while end < 0 {
      let column = nearest(row, length, costs)
      length = lengths[column]
      isFinal[column] = true
      if rowOfColumn[column] < 0 { end = column } else { row = rowOfColumn[column] }
    }
    reprice(start, length)
    augment(from: start, to: end)
  }

  /// Goes on from a row that is reached by a path of some length.
  ///
  /// - Returns: the column nearest of all that are not final; of equal ones a free one.
  private mutating func nearest(_ row: Int, _ length: Double, _ costs: [Double]) -> Int {
    let base = length - rowPrices[row]
    var nearest = -1
    for column in 0..<size where !isFinal[column] {
      let reduced = base + costs[row * size + column] - columnPrices[column]
      if reduced < lengths[column] {
        lengths[column] = reduced
        before[column] = row
      }
      if nearest < 0 || lengths[column] < lengths[nearest]
        || lengths[column] == lengths[nearest] && rowOfColumn[column] < 0
      {
        nearest = column
      }
    }
    return nearest
  }

  private mutating func reprice(_ start: Int, _ length: Double) {
    rowPrices[start] += length
    for column in 0..<size where isFinal[column] {
      let slack = length - lengths[column]
      columnPrices[column] -= slack
      if rowOfColumn[column] >= 0 { rowPrices[rowOfColumn[column]] += slack }
    }
  }

  private mutating func augment(from start: Int, to end: Int) {
    var column = end
    while true {
      let row = before[column]
      rowOfColumn[column] = row
      swap(&columnOfRow[row], &column)
      if row == start { return }
    }
  }
}
