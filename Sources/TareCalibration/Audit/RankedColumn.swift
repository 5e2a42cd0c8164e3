/// A column by ranks, ready for statistics of ranks and their influence functions.
internal import TareNumerics

/// The mid-ranks of a column, centred and divided by their standard deviation.
struct RankedColumn {
  /// Mean 0 and mean square 1, [place].
  let values: [Double]
  /// What ranks between 0 and 1 were divided by.
  private let deviation: Double
  private let order: [Int32]
  /// Where runs of equal values begin in the order, and where the last ends.
  private let runs: [Int32]

  /// - Returns: nil where all values are the same.
  init?(_ column: [Double]) {
    let (order, sorted) = SortOrder.ascending(column)
    let n = Double(column.count)
    var values = [Double](repeating: 0, count: column.count)
    var runs: [Int32] = [0]
    var squares = 0.0
    var start = 0
    while start < column.count {
      var end = start + 1
      while end < column.count, sorted[end] == sorted[start] { end += 1 }
      // The rank's place between 0 and 1, less a half: exactly 0 in the mean.
      let place = (Double(start + end) / 2 - n / 2) / n
      for position in start..<end { values[Int(order[position])] = place }
      squares += Double(end - start) * place * place
      runs.append(Int32(end))
      start = end
    }
    guard runs.count > 2 else { return nil }
    let deviation = (squares / n).squareRoot()
    self.values = values.map { $0 / deviation }
    (self.deviation, self.order, self.runs) = (deviation, order, runs)
  }

  /// Adds to each place what it moves a mean of rank times weight by moving the ranks of the others: for place
  /// i, (1/n) Σⱼ (K(i, j) − F(j)) wⱼ / deviation, K being 1 where i's value is below j's and a half where they are
  /// equal; then less the mean of all that.
  ///
  /// - Parameters:
  ///   - weights: [place].
  ///   - influences: [place].
  func addInfluence(of weights: [Double], times factor: Double, to influences: inout [Double]) {
    guard factor != 0 else { return }
    let n = Double(order.count)
    let scale = factor / (n * deviation)
    var above = 0.0
    var mean = 0.0
    var moved = [Double](repeating: 0, count: max(0, runs.count - 1))
    for run in stride(from: runs.count - 2, through: 0, by: -1) {
      var own = 0.0
      for position in runs[run]..<runs[run + 1] { own += weights[Int(order[Int(position)])] }
      moved[run] = above + own / 2
      mean += moved[run] * Double(runs[run + 1] - runs[run]) / n
      above += own
    }
    for run in moved.indices {
      let value = scale * (moved[run] - mean)
      for position in runs[run]..<runs[run + 1] { influences[Int(order[Int(position)])] += value }
    }
  }
}
