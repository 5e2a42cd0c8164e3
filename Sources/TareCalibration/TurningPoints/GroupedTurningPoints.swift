/// Turning points of several groups, and whether they are at one place.
package import TareNumerics

/// Each group has its own curve and turning points. Compared are the clear minima, the lowest of each group,
/// or the clear maxima, the highest, whichever more groups have.
package struct GroupedTurningPoints: Sendable {
  package struct Group: Sendable {
    package let name: String
    /// As it was fitted, with the group's own share of the points where it was chosen.
    package let lowess: Lowess
    package let points: TurningPoints
    /// The one that is compared; nil where it has no clear one of the kind.
    package fileprivate(set) var main: TurningPoint?
  }

  package let groups: [Group]
  package let kind: TurningPoint.Kind
  /// Of the groups that have one, by their numbers; nil with fewer than two.
  package let differences: SimultaneousDifferences?
  /// The groups that are compared, [estimate].
  package let compared: [Int]

  package init(_ groups: [(name: String, lowess: Lowess, points: TurningPoints)], seed: UInt64) {
    func count(_ kind: TurningPoint.Kind) -> Int {
      groups.count { $0.points.clear.contains { $0.kind == kind } }
    }
    let kind: TurningPoint.Kind = count(.maximum) > count(.minimum) ? .maximum : .minimum
    var described = groups.map { Group(name: $0.name, lowess: $0.lowess, points: $0.points) }
    for group in described.indices {
      let own = described[group].points.clear.filter { $0.kind == kind }
      described[group].main =
        kind == .minimum
        ? own.min { $0.fitted < $1.fitted } : own.max { $0.fitted < $1.fitted }
    }
    // Fewer places than these have no interval either.
    let compared = described.indices.filter { described[$0].main?.interval != nil }
    self.kind = kind
    self.compared = compared
    self.groups = described
    let mains = compared.compactMap { described[$0].main }
    differences = SimultaneousDifferences(
      mains.map(\.x), resampled: mains.map(\.places), seed: seed)
  }
}
