/// Assignments of least cost, against scipy and against all permutations.
import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

@Suite struct LinearAssignmentTests {
  private func sum(_ columns: [Int], _ costs: [Double]) -> Double {
    columns.enumerated().reduce(0) { $0 + costs[$1.offset * columns.count + $1.element] }
  }

  @Test func `costs equal those of scipy`() throws {
    let file = try JSONValue(parsing: Data(contentsOf: fixture("routing.json")))
    let cases = file["assignments"]?.array ?? []
    #expect(cases.count == 4)
    for (number, item) in cases.enumerated() {
      let costs = item["costs"]?.numbers ?? []
      let wanted = (item["columns"]?.numbers ?? []).map { Int($0) }
      let found = LinearAssignment.least(costs, size: wanted.count)
      #expect(found.sorted() == Array(0..<wanted.count))
      // At most 17 terms, each to 2⁻⁵³ of some units.
      #expect(abs(sum(found, costs) - (item["sum"]?.double ?? 0)) < 1e-13, "case \(number)")
      // The last has whole costs, and so more than one best assignment.
      if number < 3 { #expect(found == wanted) }
    }
  }

  /// All orders, the last number in each place of the orders of the others.
  private func permutations(_ size: Int) -> [[Int]] {
    guard size > 0 else { return [[]] }
    return permutations(size - 1).flatMap { rest in
      (0..<size).map { place in
        var whole = rest
        whole.insert(size - 1, at: place)
        return whole
      }
    }
  }

  @Test(arguments: 0...6)
  func `no permutation costs less`(size: Int) {
    var random = SplitMix(state: UInt64(size))
    let all = permutations(size)
    for trial in 0..<30 {
      // Whole costs in every third trial: with ties.
      let costs = (0..<size * size).map { _ in
        let cost = Double.random(in: -3...3, using: &random)
        return trial % 3 == 0 ? cost.rounded() : cost
      }
      let found = LinearAssignment.least(costs, size: size)
      #expect(found.sorted() == Array(0..<size))
      let least = all.map { sum($0, costs) }.min() ?? 0
      #expect(abs(sum(found, costs) - least) < 1e-13, "\(costs)")
    }
  }
}
