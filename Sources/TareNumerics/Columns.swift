/// Checks and sums over columns of numbers, [row].
package import TareCore

package enum Columns {
  /// - Throws: `TareError.badData` if a column is empty, not as long as the first, or holds a
  ///   number that is not finite or above 1e100; it names the row, counted from 1.
  package static func check(_ columns: KeyValuePairs<String, [Double]>) throws(TareError) {
    guard let first = columns.first else { return }
    for (name, values) in columns {
      guard !values.isEmpty else {
        throw .badData(place: "column \(name)", found: "no rows", accepted: "at least one row")
      }
      guard values.count == first.value.count else {
        throw .badData(
          place: "column \(name)", found: "\(values.count) rows",
          accepted: "\(first.value.count) rows, as many as column \(first.key)")
      }
      if let row = values.firstIndex(where: { !$0.isUsable }) {
        throw .badData(
          place: "column \(name), row \(row + 1)", found: "\(values[row])",
          accepted: values[row].acceptedInstead)
      }
    }
  }
}

extension Array {
  /// Some of the rows, in the order given.
  @inlinable
  package func taking(_ rows: [Int32]) -> [Element] { rows.map { self[Int($0)] } }
}

extension [Double] {
  /// What stands in the order of some rows, put back where those stood: of all rows, each once.
  package func returned(to rows: [Int32]) -> [Double] {
    precondition(rows.count == count, "a row a value")
    var values = [Double](repeating: 0, count: count)
    for (place, row) in rows.enumerated() { values[Int(row)] = self[place] }
    return values
  }
}

extension [Double] {
  /// The middle value, or the mean of the two middle ones; NaN where there is none.
  package var median: Double {
    var values = self
    return Median.take(&values)
  }

  /// The first place of ascending values that is not left of `value`; `count` where all are.
  package func firstPlace(notLeftOf value: Double) -> Int {
    var place = 0
    var end = count
    while place < end {
      let middle = (place + end) / 2
      if self[middle] < value { place = middle + 1 } else { end = middle }
    }
    return place
  }

  /// NaN where there is none.
  package var mean: Double { reduce(0, +) / Double(count) }

  /// Of the mean; 0 for fewer than two values.
  package var standardError: Double {
    guard count > 1 else { return 0 }
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}
