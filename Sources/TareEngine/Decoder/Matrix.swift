/// Matrices and vectors of a model in float32, put together from the tensors of a checkpoint.
internal import CKernels
internal import TareCore

/// Rows of a checkpoint's linear layer: all of them, or stretches in a new order.
struct LinearRows {
  /// The layer's name, without ".weight".
  let layer: String
  /// All rows that the layer must have.
  let rows: Int
  let picked: [Range<Int>]

  init(_ layer: String, rows: Int, picked: [Range<Int>]? = nil) {
    self.layer = layer
    self.rows = rows
    self.picked = picked ?? [0..<rows]
  }

  var count: Int { picked.reduce(0) { $0 + $1.count } }
}

/// The weights of a product, packed as its kernel reads them: in panels of `TARE_PANEL` outputs,
/// [panel, inputs, output in the panel]. Written while it is loaded, then only read.
package final class Matrix: Sendable {
  /// Outputs.
  package let rows: Int
  /// Inputs.
  package let columns: Int
  private let panels: FloatBuffer

  /// Reads the weights of linear layers with `columns` inputs, one under another.
  /// - Throws: `TareError.badData` with the name of a tensor that is missing or misshapen; nothing
  ///   is allocated before all are checked.
  convenience init(
    _ reader: WeightReader, _ parts: [LinearRows], columns: Int
  ) throws(TareError) {
    try self.init(
      parts.map { ($0, reader["\($0.layer).weight"]) }, columns: columns)
  }

  /// Reads one tensor by its whole name.
  convenience init(
    _ reader: WeightReader, tensor name: String, rows: Int, columns: Int
  ) throws(TareError) {
    try self.init([(LinearRows(name, rows: rows), reader[name])], columns: columns)
  }

  private init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let width = Int(TARE_PANEL)
    panels = FloatBuffer(count: (rows + width - 1) / width * width * columns)
  }

  private convenience init(
    _ parts: [(rows: LinearRows, tensor: WeightTensor)], columns: Int
  ) throws(TareError) {
    for part in parts { try part.tensor.check(rows: part.rows.rows, columns: columns) }
    self.init(rows: parts.reduce(0) { $0 + $1.rows.count }, columns: columns)
    var row = 0
    for part in parts {
      let whole = FloatBuffer(count: part.rows.rows * columns)
      try part.tensor.read(rows: part.rows.rows, columns: columns, into: whole.view)
      for range in part.rows.picked {
        for source in range {
          pack(whole.view[(source * columns)..<((source + 1) * columns)], row: row)
          row += 1
        }
      }
    }
  }

  /// A matrix whose elements a function gives.
  convenience init(rows: Int, columns: Int, _ value: (_ row: Int, _ column: Int) -> Float) {
    self.init(rows: rows, columns: columns)
    let width = Int(TARE_PANEL)
    for row in 0..<rows {
      let target = panels.view[from: row / width * width * columns + row % width]
      for column in 0..<columns { target.base[column * width] = value(row, column) }
    }
  }

  /// Some rows of a matrix that stays in its file.
  convenience init(_ table: WeightTable, rows range: Range<Int>) {
    self.init(rows: range.count, columns: table.columns)
    let values = FloatBuffer(count: columns)
    for row in range {
      table.read(row..<(row + 1), into: values.view)
      pack(values.view, row: row - range.lowerBound)
    }
  }

  private func pack(_ values: FloatView, row: Int) {
    let width = Int(TARE_PANEL)
    let target = panels.view[from: row / width * width * columns + row % width]
    for column in 0..<columns { target.base[column * width] = values.base[column] }
  }

  /// target (+)= source · weightsᵀ + bias, [rows, inputs] to [rows, outputs].
  ///
  /// - Parameters:
  ///   - stride: floats from one row of the source to the next; nil for its inputs.
  ///   - targetStride: floats from one row of the target to the next; nil for its outputs.
  func multiply(
    _ source: FloatView, stride: Int? = nil, bias: FloatBuffer? = nil, into target: FloatView,
    targetStride: Int? = nil, rows count: Int, adding: Bool = false
  ) {
    let (from, to) = (stride ?? columns, targetStride ?? rows)
    precondition(count > 0 && source.count >= (count - 1) * from + columns)
    precondition(target.count >= (count - 1) * to + rows)
    precondition(bias == nil || bias?.view.count == rows)
    var product = TareProduct(
      source: source.base, sourceStride: from, weights: panels.view.base,
      bias: bias?.view.base, target: target.base, targetStride: to, rows: count,
      inputs: columns, outputs: rows, adding: adding)
    tare_kernels().pointee.product(&product)
  }
}

extension FloatBuffer {
  /// Reads the biases of linear layers, one after another.
  convenience init(_ reader: WeightReader, _ parts: [LinearRows]) throws(TareError) {
    var values: [Float] = []
    for part in parts {
      let whole = try reader["\(part.layer).bias"].vector(part.rows)
      for range in part.picked { values += whole[range] }
    }
    self.init(values)
  }
}
