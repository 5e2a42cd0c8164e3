/// Weights that are a number of a byte or less each, times the scale of its block.
internal import TareCore

/// Scales of blocks of rows and columns, [matrices, blocks down, blocks across].
struct BlockScales: Sendable {
  let values: [Float]
  let down: Int
  let across: Int
  /// Rows and columns of a block; those at the edges may be smaller.
  let blockRows: Int
  let blockColumns: Int

  /// Scales as they are stored for matrices [rows, columns]: one for all, one a row, or one a block.
  ///
  /// - Parameter block: rows and columns of a block where the configuration says them; else they divide
  ///   the matrix evenly.
  init(
    _ stored: StoredTensor, values: [Float], matrices: Int, rows: Int, columns: Int,
    block: (rows: Int, columns: Int)?
  ) throws(TareError) {
    var shape = stored.entry.shape
    if matrices > 1 {
      guard shape.first == matrices || shape.reduce(1, *) == 1 else {
        throw Self.bad(stored, rows, columns)
      }
      if shape.first == matrices { shape.removeFirst() }
    }
    self.values =
      matrices > 1 && values.count == 1 ? Array(repeating: values[0], count: matrices) : values
    let count = shape.reduce(1, *)
    if count == 1 {
      (down, across, blockRows, blockColumns) = (1, 1, rows, columns)
    } else if shape == [rows] || shape == [rows, 1] {
      (down, across, blockRows, blockColumns) = (rows, 1, 1, columns)
    } else if let block, shape.count == 2, shape[0] == (rows + block.rows - 1) / block.rows,
      shape[1] == (columns + block.columns - 1) / block.columns
    {
      (down, across, blockRows, blockColumns) = (shape[0], shape[1], block.rows, block.columns)
    } else if block == nil, shape.count == 2, shape[0] > 0, shape[1] > 0, rows % shape[0] == 0,
      columns % shape[1] == 0
    {
      (down, across) = (shape[0], shape[1])
      (blockRows, blockColumns) = (rows / shape[0], columns / shape[1])
    } else {
      throw Self.bad(stored, rows, columns)
    }
    guard self.values.count == matrices * down * across else {
      throw Self.bad(stored, rows, columns)
    }
  }

  private static func bad(_ stored: StoredTensor, _ rows: Int, _ columns: Int) -> TareError {
    .badData(
      place: "tensor '\(stored.entry.name)'", found: "shape \(stored.entry.shape)",
      accepted: "one scale, one per row, or one per block of [\(rows), \(columns)]")
  }

  /// Multiplies a row of one of the matrices by its scales, after zero points are taken off.
  func apply(
    to values: UnsafeMutablePointer<Float>, matrix: Int, row: Int, columns: Int, zeros: [Float]?
  ) {
    let first = (matrix * down + row / blockRows) * across
    for block in 0..<across {
      let scale = self.values[first + block]
      let zero = zeros?[first + block] ?? 0
      for column in (block * blockColumns)..<min((block + 1) * blockColumns, columns) {
        values[column] = (values[column] - zero) * scale
      }
    }
  }
}

extension PackedTensor {
  /// Matrices one under another, the values of whose rows a closure writes, times their scales.
  init(
    kind: String, height: Int, matrices: Int, columns: Int, bytes: Int, scales: BlockScales,
    zeros: [Float]? = nil,
    row: @escaping @Sendable (_ row: Int, _ target: UnsafeMutablePointer<Float>) -> Void
  ) {
    self.init(kind: kind, rows: matrices * height, columns: columns, bytes: bytes) {
      range, target in
      for index in range {
        let place = target[from: (index - range.lowerBound) * columns].base
        row(index, place)
        scales.apply(
          to: place, matrix: index / height, row: index % height, columns: columns, zeros: zeros)
      }
    }
  }
}
