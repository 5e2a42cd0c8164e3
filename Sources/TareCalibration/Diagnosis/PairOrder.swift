/// Counts pairs of rows by whether two columns order them alike.
package import TareCore

/// Pairs that differ in both columns: ordered alike (concordant) or the opposite way.
package struct PairOrder: Sendable, Hashable {
  package private(set) var concordant = 0
  package private(set) var discordant = 0

  package init() {}

  /// All pairs within each prompt.
  package init(within prompts: PromptGroups, _ a: [Double], _ b: [Double]) {
    let members = prompts.members
    for group in 0..<prompts.count { add(members[group], a, b) }
  }

  /// The pairs of each prompt by themselves, [prompt].
  package static func each(
    within prompts: PromptGroups, _ a: [Double], _ b: [Double]
  ) -> [PairOrder] {
    let members = prompts.members
    return (0..<prompts.count).map { group in
      var order = PairOrder()
      order.add(members[group], a, b)
      return order
    }
  }

  package var count: Int { concordant + discordant }
  /// Nil where there is no such pair.
  package var concordantShare: Double? {
    count == 0 ? nil : Double(concordant) / Double(count)
  }

  /// Of fewer rows pairs are compared one by one.
  private static let many = 16

  /// All pairs of some rows.
  private mutating func add(_ rows: ArraySlice<Int32>, _ a: [Double], _ b: [Double]) {
    guard rows.count < Self.many else {
      add(rows.map { (a[Int($0)], b[Int($0)]) })
      return
    }
    for (place, first) in rows.enumerated() {
      for second in rows.dropFirst(place + 1) {
        let (firstA, secondA) = (a[Int(first)], a[Int(second)])
        let (firstB, secondB) = (b[Int(first)], b[Int(second)])
        if firstA == secondA || firstB == secondB { continue }
        if (firstA < secondA) == (firstB < secondB) { concordant += 1 } else { discordant += 1 }
      }
    }
  }

  /// All pairs of these points, in n log n steps (Knight 1966): sorted by the first column, the
  /// discordant pairs are the exchanges by which a merge sort orders the second.
  private mutating func add(_ points: [(Double, Double)]) {
    let sorted = points.sorted { $0 < $1 }
    var second = sorted.map(\.1)
    let exchanges = PairOrder.mergeSort(&second)
    let tiedInFirst = PairOrder.tiedPairs(sorted) { $0.0 == $1.0 }
    let tiedInBoth = PairOrder.tiedPairs(sorted) { $0 == $1 }
    let tiedInSecond = PairOrder.tiedPairs(second) { $0 == $1 }
    let all = points.count * (points.count - 1) / 2
    discordant += exchanges
    concordant += all - tiedInFirst - tiedInSecond + tiedInBoth - exchanges
  }

  /// Pairs of equal elements, which stand together.
  private static func tiedPairs<Element>(
    _ elements: [Element], _ equal: (Element, Element) -> Bool
  ) -> Int {
    var pairs = 0
    var run = 0
    for index in elements.indices.dropFirst() {
      run = equal(elements[index - 1], elements[index]) ? run + 1 : 0
      pairs += run
    }
    return pairs
  }

  /// Sorts, and counts the pairs that stood in descending order.
  private static func mergeSort(_ values: inout [Double]) -> Int {
    var exchanges = 0
    var width = 1
    var merged = values
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(start + width, values.count)
        let end = min(start + 2 * width, values.count)
        var left = start
        var right = middle
        for position in start..<end {
          if left < middle, right == end || values[left] <= values[right] {
            merged[position] = values[left]
            left += 1
          } else {
            merged[position] = values[right]
            right += 1
            exchanges += middle - left
          }
        }
      }
      swap(&values, &merged)
      width *= 2
    }
    return exchanges
  }
}
