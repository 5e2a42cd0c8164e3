/// The median without a sort.

package enum Median {
  /// The middle value, or the mean of the two middle ones; NaN where there is none.
  ///
  /// Hoare's selection: the values are put in another order, about 3 looks at each. Of many only those
  /// are looked at whose first bits are those of the middle ones; the others are left out of `values`.
  package static func take(_ values: inout [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let hasTwoMiddles = values.count.isMultiple(of: 2)
    var middle = values.count / 2
    if values.count > many {
      middle -= narrow(&values, to: middle - (hasTwoMiddles ? 1 : 0)...middle)
    }
    let upper = select(&values, middle)
    guard hasTwoMiddles else { return upper }
    // Everything left of `middle` is at most `upper`.
    let lower = values[..<middle].max() ?? upper
    return lower / 2 + upper / 2
  }

  /// From here on counting buckets costs less than it saves.
  private static let many = 20_000

  /// Keeps the values among which those of the ranks are.
  ///
  /// - Returns: how many lesser ones were left out.
  private static func narrow(_ values: inout [Double], to ranks: ClosedRange<Int>) -> Int {
    var counts = [Int](repeating: 0, count: 1 << 16)
    for value in values { counts[Int(SortOrder.key(value) >> 48)] += 1 }
    var (before, first) = (0, 0)
    while before + counts[first] <= ranks.lowerBound {
      before += counts[first]
      first += 1
    }
    var (end, last) = (before + counts[first], first)
    while end <= ranks.upperBound {
      last += 1
      end += counts[last]
    }
    values = values.filter { (first...last).contains(Int(SortOrder.key($0) >> 48)) }
    return before
  }

  /// The same where a value counts as often as its weight says, above 0: of values that are repeated
  /// it is the median of all of them. The order of the values does not matter.
  static func weighted(_ values: [Double], _ weights: [Double]) -> Double {
    guard let first = weights.first else { return .nan }
    if weights.allSatisfy({ $0 == first }) {
      var values = values
      return take(&values)
    }
    let order = SortOrder.ascending(by: [values, weights])
    let total = order.reduce(0) { $0 + weights[Int($1)] }
    // Weights that are no whole numbers may miss the half by their rounding.
    let rounding = 1e-12 * total
    var before = 0.0
    for (place, row) in order.enumerated() {
      before += weights[Int(row)]
      if before > total / 2 + rounding { return values[Int(row)] }
      if before >= total / 2 - rounding, place + 1 < order.count {
        return values[Int(row)] / 2 + values[Int(order[place + 1])] / 2
      }
    }
    return order.last.map { values[Int($0)] } ?? .nan
  }

  /// The value that a sort would put at `rank`.
  package static func select(_ values: inout [Double], _ rank: Int) -> Double {
    var values = values.mutableSpan
    var (left, right) = (0, values.count - 1)
    while left < right {
      let pivot = middle(values[left], values[(left + right) / 2], values[right])
      var (low, high) = (left, right)
      while low <= high {
        while values[low] < pivot { low += 1 }
        while values[high] > pivot { high -= 1 }
        if low <= high {
          values.swapAt(low, high)
          low += 1
          high -= 1
        }
      }
      if rank <= high {
        right = high
      } else if rank >= low {
        left = low
      } else {
        return values[rank]
      }
    }
    return values[rank]
  }

  private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double {
    max(min(a, b), min(max(a, b), c))
  }
}
