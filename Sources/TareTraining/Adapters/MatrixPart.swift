/// Products of parts of float32 matrices.
internal import COpenBLAS
internal import TareEngine

/// Rows of numbers that stand `stride` apart in a buffer: a whole matrix, or the columns of one head.
struct MatrixPart {
  /// Keeps the numbers alive.
  private let owner: FloatBuffer
  let values: FloatView
  let rows: Int
  let columns: Int
  let stride: Int

  fileprivate init(
    _ owner: FloatBuffer, _ values: FloatView, rows: Int, columns: Int, stride: Int
  ) {
    precondition(rows > 0 && columns > 0 && stride >= columns)
    precondition(values.count >= (rows - 1) * stride + columns)
    self.owner = owner
    self.values = values
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Some of the columns.
  subscript(columns range: Range<Int>) -> MatrixPart {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return MatrixPart(
      owner, values[from: range.lowerBound], rows: rows, columns: range.count, stride: stride)
  }

  /// The same with rows and columns exchanged, for a factor of a product.
  var transposed: MatrixFactor { MatrixFactor(part: self, isTurned: true) }

  /// Writes scale · A · B, or adds it. One thread: the order of the sums is fixed.
  func multiply(
    _ a: some MatrixFactorConvertible, _ b: some MatrixFactorConvertible, scale: Float = 1,
    adds: Bool = false
  ) {
    let (a, b) = (a.factor, b.factor)
    precondition(a.rows == rows && b.columns == columns && a.columns == b.rows)
    defer { withExtendedLifetime((self, a, b)) {} }
    OpenBLAS.functions.sgemm(
      CblasRowMajor, a.isTurned ? CblasTrans : CblasNoTrans,
      b.isTurned ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(a.columns), scale,
      a.part.values.base, Int32(a.part.stride), b.part.values.base, Int32(b.part.stride),
      adds ? 1 : 0, values.base, Int32(stride))
  }
}

/// What is multiplied: a matrix, or its transpose.
struct MatrixFactor {
  let part: MatrixPart
  let isTurned: Bool

  var rows: Int { isTurned ? part.columns : part.rows }
  var columns: Int { isTurned ? part.rows : part.columns }
}

protocol MatrixFactorConvertible {
  var factor: MatrixFactor { get }
}

extension MatrixPart: MatrixFactorConvertible {
  var factor: MatrixFactor { MatrixFactor(part: self, isTurned: false) }
}

extension MatrixFactor: MatrixFactorConvertible {
  var factor: MatrixFactor { self }
}

extension FloatBuffer {
  /// The whole as a matrix.
  func matrix(_ rows: Int, _ columns: Int) -> MatrixPart {
    MatrixPart(self, view, rows: rows, columns: columns, stride: columns)
  }

  /// A copy, also of a buffer that nobody else holds.
  var numbers: [Float] { withExtendedLifetime(self) { view.array } }
}
