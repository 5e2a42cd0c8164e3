/// Rows on their way into a product, in its precision.
internal import CKernels

/// Rows that somebody else owns, ready to be multiplied.
struct Operand {
  let precision: Precision
  /// Numbers of a row.
  let columns: Int
  let rows: Int
  /// [rows, groups] with `stride` groups from one row to the next.
  let base: UnsafeRawPointer
  let stride: Int
  /// What the numbers of each stretch of a row are multiplied by, [rows, stretches]; nil but for int8.
  let scales: UnsafePointer<Float>?

  /// Rows of float32 as they stand.
  ///
  /// - Parameter stride: floats from one row to the next; nil for `columns`.
  init(_ view: FloatView, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(rows > 0 && view.count >= (rows - 1) * stride + columns)
    (precision, self.columns, self.rows, self.stride) = (.float32, columns, rows, stride)
    (base, scales) = (UnsafeRawPointer(view.base), nil)
  }

  fileprivate init(
    _ precision: Precision, _ buffer: OperandBuffer, rows: Int, columns: Int
  ) {
    (self.precision, self.columns, self.rows) = (precision, columns, rows)
    stride = precision.groups(columns)
    base = UnsafeRawPointer(buffer.groups.view.base)
    scales = precision == .int8 ? UnsafePointer(buffer.scales.view.base) : nil
  }
}

/// Where a worker keeps rows in the precision of its products.
struct OperandBuffer: Sendable {
  /// [RowBlocks.largest, groups of the widest row]
  fileprivate let groups: FloatBuffer
  /// [RowBlocks.largest, stretches]
  fileprivate let scales: FloatBuffer
  private var kernels: TareKernels { tare_kernels().pointee }

  /// - Parameter precision: what rows come in; bfloat16 always fits beside int8.
  init(columns: Int, _ precision: Precision) {
    let rows = precision == .float32 ? 0 : RowBlocks.largest
    groups = FloatBuffer(
      count: rows * max(precision.groups(columns), Precision.bfloat16.groups(columns)))
    scales = FloatBuffer(count: rows * precision.stretches(columns))
  }

  /// Rows of `columns` floats, one after another, in a precision. Float32 is not copied.
  func load(_ view: FloatView, rows: Int, columns: Int, _ precision: Precision) -> Operand {
    precondition(view.count >= rows * columns)
    switch precision {
    case .float32: return Operand(view, rows: rows, columns: columns)
    case .bfloat16:
      load(view, stride: columns, columns: 0..<columns, of: columns, rows: rows)
      return bfloat16(rows, columns)
    case .int8:
      let bytes = 4 * precision.groups(columns)
      precondition(4 * groups.view.count >= rows * bytes)
      precondition(scales.view.count >= rows * precision.stretches(columns))
      groups.view.base.withMemoryRebound(to: UInt8.self, capacity: rows * bytes) {
        kernels.quantize($0, scales.view.base, view.base, columns, rows, columns)
      }
      return Operand(precision, self, rows: rows, columns: columns)
    }
  }

  /// Some columns of rows in bfloat16; the other columns stay as they are.
  ///
  /// - Parameter stride: floats from one row of `view` to the next.
  func load(_ view: FloatView, stride: Int, columns: Range<Int>, of all: Int, rows: Int) {
    let target = 2 * Precision.bfloat16.groups(all)
    precondition(2 * groups.view.count >= rows * target && columns.upperBound <= all)
    precondition(view.count >= (rows - 1) * stride + columns.count)
    groups.view.base.withMemoryRebound(to: UInt16.self, capacity: rows * target) {
      kernels.narrow(
        $0 + columns.lowerBound, target, view.base, stride, rows, columns.count)
      // An odd row's last group has a second half, which meets a weight of zero.
      if all % 2 == 1 { for row in 0..<rows { $0[row * target + all] = 0 } }
    }
  }

  /// The rows whose columns were loaded.
  func bfloat16(_ rows: Int, _ columns: Int) -> Operand {
    Operand(.bfloat16, self, rows: rows, columns: columns)
  }
}
