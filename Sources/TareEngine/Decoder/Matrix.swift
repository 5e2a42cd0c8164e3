/// The weights of products, put together from the tensors of a checkpoint and packed once.
internal import CKernels
internal import TareCore

/// How a model's matrices are packed, and by whom.
struct MatrixPacking {
  let precision: Precision
  let pool: WorkerPool

  /// For what stays in float32 whatever the model's precision.
  var inFloat32: MatrixPacking { MatrixPacking(precision: .float32, pool: pool) }
  /// For the projection that gives attention its queries, keys and values.
  var ofAttention: MatrixPacking { MatrixPacking(precision: precision.ofAttention, pool: pool) }
}

/// The weights of a product, packed as its kernel reads them: in panels of `TARE_PANEL` outputs,
/// [panel, groups of inputs, output in the panel], a group being 4 bytes. Written while it is
/// loaded, then only read.
package final class Matrix: Sendable {
  /// Outputs.
  package let rows: Int
  /// Inputs.
  package let columns: Int
  let precision: Precision
  private let panels: FloatBuffer
  /// int8: what each stretch of an output's weights is multiplied by, and −128 times its sum as a
  /// 32-bit integer, [panel, stretches, output in the panel].
  private let scales: FloatBuffer
  private let offsets: FloatBuffer

  private static let panelSize = Int(TARE_PANEL)
  private var panelCount: Int { (rows + Self.panelSize - 1) / Self.panelSize }

  private init(rows: Int, columns: Int, _ precision: Precision) {
    self.rows = rows
    self.columns = columns
    self.precision = precision
    let padded = (rows + Self.panelSize - 1) / Self.panelSize * Self.panelSize
    panels = FloatBuffer(count: padded * precision.groups(columns))
    scales = FloatBuffer(count: padded * precision.stretches(columns))
    offsets = FloatBuffer(count: padded * precision.stretches(columns))
  }

  /// Reads the weights of linear layers with `columns` inputs, one under another.
  /// - Throws: `TareError.badData` with the name of a tensor that is missing or misshapen; nothing
  ///   is allocated before all are checked.
  convenience init(
    _ reader: WeightReader, _ layers: LinearRows, columns: Int, _ packing: MatrixPacking
  ) throws(TareError) {
    try self.init(
      layers.parts.map { reader["\($0.layer).weight"] }, layers, columns: columns, packing)
  }

  /// Reads one tensor by its whole name.
  convenience init(
    _ reader: WeightReader, tensor name: String, rows: Int, columns: Int, _ packing: MatrixPacking
  ) throws(TareError) {
    try self.init([reader[name]], LinearRows(name, rows: rows), columns: columns, packing)
  }

  private convenience init(
    _ tensors: [WeightTensor], _ layers: LinearRows, columns: Int, _ packing: MatrixPacking
  ) throws(TareError) {
    for (tensor, part) in zip(tensors, layers.parts) {
      if part.isTransposed {
        try tensor.check(rows: columns, columns: part.rows)
      } else {
        try tensor.check(rows: part.rows, columns: columns)
      }
    }
    var sources: [WeightRows] = []
    for (tensor, part) in zip(tensors, layers.parts) {
      sources.append(
        part.isTransposed
          ? try tensor.columnReader(rows: columns, columns: part.rows)
          : try tensor.rowReader(rows: part.rows, columns: columns))
    }
    self.init(rows: layers.count, columns: columns, packing.precision)
    let order = layers.order
    let scratch = PackScratch(packing.pool, count: Self.panelSize * columns)
    packing.pool.run(parts: panelCount) { [sources] panel, worker in
      let target = scratch.buffers[worker].view
      let start = panel * Self.panelSize
      var row = start
      let end = min(start + Self.panelSize, self.rows)
      while row < end {
        // Rows that follow each other in the checkpoint are read together.
        let first = order[row]
        var count = 1
        while row + count < end, order[row + count].part == first.part,
          order[row + count].row == first.row + count
        { count += 1 }
        sources[first.part].read(
          first.row..<(first.row + count),
          into: target[((row - start) * columns)..<((row - start + count) * columns)])
        row += count
      }
      self.pack(target, panel: panel)
    }
    for source in sources { source.release() }
  }

  /// A matrix whose elements a function gives.
  convenience init(
    rows: Int, columns: Int, precision: Precision = .float32,
    _ value: (_ row: Int, _ column: Int) -> Float
  ) {
    self.init(rows: rows, columns: columns, precision)
    let values = FloatBuffer(count: Self.panelSize * columns)
    for panel in 0..<panelCount {
      let start = panel * Self.panelSize
      for row in start..<min(start + Self.panelSize, rows) {
        for column in 0..<columns {
          values.view.base[(row - start) * columns + column] = value(row, column)
        }
      }
      pack(values.view, panel: panel)
    }
  }

  /// Some rows of a matrix that stays in its file, in float32.
  convenience init(_ table: WeightTable, rows range: Range<Int>) {
    self.init(rows: range.count, columns: table.columns, .float32)
    let values = FloatBuffer(count: Self.panelSize * columns)
    for panel in 0..<panelCount {
      let start = range.lowerBound + panel * Self.panelSize
      let rows = start..<min(start + Self.panelSize, range.upperBound)
      table.read(rows, into: values.view[0..<(rows.count * columns)])
      pack(values.view, panel: panel)
    }
  }

  /// Packs the rows of one panel, which stand one after another.
  private func pack(_ values: FloatView, panel: Int) {
    let start = panel * Self.panelSize
    let count = min(Self.panelSize, rows - start)
    precondition(values.count >= count * columns)
    let target = panels.view[from: start * precision.groups(columns)].base
    let kernels = tare_kernels().pointee
    guard precision == .int8 else {
      return kernels.pack(precision.kernel, values.base, count, columns, target, nil, nil)
    }
    let place = start * precision.stretches(columns)
    let offsets = offsets.view[from: place]
    offsets.base.withMemoryRebound(to: Int32.self, capacity: offsets.count) {
      kernels.pack(
        precision.kernel, values.base, count, columns, target, scales.view[from: place].base, $0)
    }
  }

  /// target (+)= source · weightsᵀ + bias, [rows, inputs] to [rows, outputs].
  ///
  /// - Parameters:
  ///   - outputs: the outputs that are wanted, from the start of a panel; nil for all.
  ///   - targetStride: floats from one row of the target to the next; nil for the outputs' number.
  func multiply(
    _ source: Operand, bias: FloatBuffer? = nil, outputs: Range<Int>? = nil,
    into target: FloatView, targetStride: Int? = nil, adding: Bool = false
  ) {
    let outputs = outputs ?? 0..<rows
    let stride = targetStride ?? outputs.count
    precondition(source.precision == precision && source.columns == columns)
    precondition(outputs.lowerBound % Self.panelSize == 0 && outputs.upperBound <= rows)
    precondition(target.count >= (source.rows - 1) * stride + outputs.count)
    precondition(bias == nil || bias?.view.count == rows)
    let groups = precision.groups(columns)
    let start = outputs.lowerBound
    let place = start * precision.stretches(columns)
    let offsets = UnsafeRawPointer(offsets.view[from: place].base)
    var product = TareProduct(
      type: precision.kernel, source: source.base, sourceStride: source.stride,
      sourceScales: source.scales, weights: panels.view[from: start * groups].base,
      weightScales: scales.view[from: place].base,
      weightOffsets: offsets.assumingMemoryBound(to: Int32.self),
      bias: (bias?.view[from: start].base).map { UnsafePointer($0) }, target: target.base,
      targetStride: stride, rows: source.rows, groups: groups, outputs: outputs.count,
      adding: adding)
    tare_kernels().pointee.product(&product)
  }

  /// The same from float32 rows, for matrices in float32.
  ///
  /// - Parameter stride: floats from one row of the source to the next; nil for its inputs.
  func multiply(
    _ source: FloatView, stride: Int? = nil, bias: FloatBuffer? = nil, into target: FloatView,
    targetStride: Int? = nil, rows count: Int, adding: Bool = false
  ) {
    multiply(
      Operand(source, rows: count, columns: columns, stride: stride), bias: bias, into: target,
      targetStride: targetStride, adding: adding)
  }
}

/// A panel's rows for each worker while a matrix is packed.
private struct PackScratch: Sendable {
  let buffers: [FloatBuffer]

  init(_ pool: WorkerPool, count: Int) {
    buffers = (0..<pool.threadCount).map { _ in FloatBuffer(count: count) }
  }
}
