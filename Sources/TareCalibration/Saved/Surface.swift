/// A bias over two covariates.
internal import TareCore
internal import TareNumerics

/// Values on a grid, bilinear between its nodes and constant beyond its borders.
package struct Surface: Sendable, Hashable {
  /// Ascending strictly, [node].
  package var x: [Double]
  package var y: [Double]
  /// [x node][y node], row by row.
  package var bias: [Double]

  package init(x: [Double], y: [Double], bias: [Double]) {
    self.x = x
    self.y = y
    self.bias = bias
  }

  package func bias(at first: Double, _ second: Double) -> Double {
    let (i, s) = Surface.place(of: first, in: x)
    let (j, t) = Surface.place(of: second, in: y)
    func node(_ row: Int, _ column: Int) -> Double {
      bias[min(row, x.count - 1) * y.count + min(column, y.count - 1)]
    }
    return (1 - s) * ((1 - t) * node(i, j) + t * node(i, j + 1))
      + s * ((1 - t) * node(i + 1, j) + t * node(i + 1, j + 1))
  }

  /// The node at or left of a value, and how far it lies on the way to the next.
  private static func place(of value: Double, in nodes: [Double]) -> (node: Int, share: Double) {
    guard value > nodes[0] else { return (0, 0) }
    guard value < nodes[nodes.count - 1] else { return (nodes.count - 1, 0) }
    let right = nodes.firstPlace(notLeftOf: value)
    let low = nodes[right] == value ? right : right - 1
    return (low, (value - nodes[low]) / (nodes[low + 1] - nodes[low]))
  }

  func check() throws(TareError) {
    for (name, axis) in [("x", x), ("y", y)] {
      try Columns.check([name: axis])
      guard zip(axis, axis.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .badData(
          place: "axis \(name)", found: "nodes that do not ascend", accepted: "ascending nodes")
      }
    }
    if let value = bias.first(where: { !$0.isFinite }) {
      throw .badData(place: "bias", found: "\(value)", accepted: "finite numbers")
    }
    guard bias.count == x.count * y.count else {
      throw .badData(
        place: "bias", found: "\(bias.count) numbers",
        accepted: "\(x.count * y.count), one per node")
    }
  }
}
