/// Accuracy by how much longer the better response is.
package import TareCore

/// Tenths of the pairs by the length of the chosen response less that of the rejected one.
package struct LengthDeciles: Sendable {
  package struct Bin: Sendable {
    /// The least and the largest difference in it.
    package let range: ClosedRange<Double>
    package let meanDifference: Double
    package let accuracy: Accuracy
  }

  /// At most ten, by growing difference; equal differences stand together.
  package let bins: [Bin]

  /// - Returns: nil if a pair's lengths are not known, or there are no pairs.
  package init?(_ pairs: ScoredPairs, _ bootstrap: Bootstrap) {
    guard !pairs.isEmpty, let differences = pairs.lengthDifferences else { return nil }
    let sorted = differences.sorted()
    // Upper ends of the tenths; the last one takes all that is left.
    let ends = (1..<10).map { sorted.quantile(Double($0) / 10) }
    var members = [[Int32]](repeating: [], count: 10)
    for (pair, difference) in differences.enumerated() {
      members[ends.firstIndex { difference <= $0 } ?? 9].append(Int32(pair))
    }
    bins = members.filter { !$0.isEmpty }.map { rows in
      let values = rows.map { differences[Int($0)] }
      return Bin(
        range: (values.min() ?? 0)...(values.max() ?? 0),
        meanDifference: values.reduce(0, +) / Double(values.count),
        accuracy: Accuracy(of: pairs, taking: rows, bootstrap))
    }
  }

  package var json: JSONValue {
    .array(
      bins.map { bin in
        var object = bin.accuracy.json.object ?? [:]
        object["difference"] = bin.range.json
        object["mean_difference"] = .double(bin.meanDifference)
        return .object(object)
      })
  }
}
