/// Which rows of a checkpoint's linear layers make a matrix, and in which order.
internal import CKernels
internal import TareCore

struct LinearRows {
  /// A linear layer: all of its rows, or stretches in a new order.
  struct Part {
    /// The layer's name, without ".weight".
    let layer: String
    /// All rows that the layer must have.
    let rows: Int
    let picked: [Range<Int>]
    /// Whether the layer's matrix stands as [inputs, outputs].
    var isTransposed = false

    init(_ layer: String, rows: Int, picked: [Range<Int>]? = nil) {
      self.layer = layer
      self.rows = rows
      self.picked = picked ?? [0..<rows]
    }
  }

  private(set) var parts: [Part]
  /// Whether the first half of the rows, gates, and the second, ups, take turns: `TARE_PANEL` of one,
  /// then as many of the other, so that a gate and its up are computed together.
  let areInterleaved: Bool

  /// Layers one under another.
  init(_ parts: [Part], areInterleaved: Bool = false) {
    self.parts = parts
    self.areInterleaved = areInterleaved
  }

  init(_ layer: String, rows: Int) { self.init([Part(layer, rows: rows)]) }

  /// The same, of matrices that stand as [inputs, outputs].
  func transposed(_ isTransposed: Bool) -> LinearRows {
    var rows = self
    for index in rows.parts.indices { rows.parts[index].isTransposed = isTransposed }
    return rows
  }

  var count: Int {
    parts.reduce(0) { $0 + $1.picked.reduce(0) { $0 + $1.count } }
  }

  /// Where each row of the matrix comes from.
  var order: [(part: Int, row: Int)] {
    var rows: [(part: Int, row: Int)] = []
    for (index, part) in parts.enumerated() {
      for range in part.picked { rows += range.map { (index, $0) } }
    }
    guard areInterleaved else { return rows }
    let (size, panel) = (rows.count / 2, Int(TARE_PANEL))
    return stride(from: 0, to: size, by: panel).flatMap { start in
      let end = min(start + panel, size)
      return rows[start..<end] + rows[(size + start)..<(size + end)]
    }
  }
}

extension FloatBuffer {
  /// Reads the biases of linear layers in the order of their rows.
  convenience init(_ reader: WeightReader, _ layers: LinearRows) throws(TareError) {
    var values: [[Float]] = []
    for part in layers.parts { values.append(try reader["\(part.layer).bias"].vector(part.rows)) }
    self.init(layers.order.map { values[$0.part][$0.row] })
  }
}
