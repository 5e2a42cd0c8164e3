/// Checks and sums over columns of numbers, [row].
internal import TareCore

enum Columns {
  /// - Throws: `TareError.badData` if a column is empty, not as long as the first, or holds a
  ///   number that is not finite; it names the row, counted from 1.
  static func check(_ columns: KeyValuePairs<String, [Double]>) throws(TareError) {
    guard let first = columns.first else { return }
    for (name, values) in columns {
      guard !values.isEmpty else {
        throw .badData(place: "column \(name)", found: "no rows", accepted: "one row or more")
      }
      guard values.count == first.value.count else {
        throw .badData(
          place: "column \(name)", found: "\(values.count) rows",
          accepted: "as many as column \(first.key), \(first.value.count)")
      }
      if let row = values.firstIndex(where: { !$0.isFinite }) {
        throw .badData(
          place: "column \(name), row \(row + 1)", found: "\(values[row])",
          accepted: "a finite number")
      }
    }
  }
}

extension [Double] {
  /// The middle value, or the mean of the two middle ones; NaN where there is none.
  var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    let upper = sorted[count / 2]
    return count.isMultiple(of: 2) ? (sorted[count / 2 - 1] + upper) / 2 : upper
  }

  /// NaN where there is none.
  var mean: Double { reduce(0, +) / Double(count) }

  /// Of the mean; 0 for fewer than two values.
  var standardError: Double {
    guard count > 1 else { return 0 }
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}
