/// A weight whose numbers several stored tensors give together: codes, scales, zero points.
internal import TareCore

struct PackedTensor: Sendable {
  /// How it is stored, for reports: "gptq, 4 bits".
  let kind: String
  /// Of all matrices, one under another.
  let rows: Int
  let columns: Int
  /// Bytes of the file that it takes, scales included.
  let bytes: Int
  /// Writes rows as float32, [rows, columns]; safe from several threads at once.
  private let decode: @Sendable (Range<Int>, FloatView) -> Void

  init(
    kind: String, rows: Int, columns: Int, bytes: Int,
    decode: @escaping @Sendable (Range<Int>, FloatView) -> Void
  ) {
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.bytes = bytes
    self.decode = decode
  }

  /// Writes rows `range` as float32.
  func read(_ range: Range<Int>, into target: FloatView) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    precondition(target.count == range.count * columns)
    decode(range, target)
  }

  /// Writes all rows.
  func read(into target: FloatView) { read(0..<rows, into: target) }

  /// One of the equal parts of its rows.
  func part(_ index: Int, of count: Int) -> PackedTensor {
    let size = rows / count
    return PackedTensor(
      kind: kind, rows: size, columns: columns, bytes: bytes / count
    ) { [self] range, target in
      read((range.lowerBound + index * size)..<(range.upperBound + index * size), into: target)
    }
  }

  /// The matrix by its columns; each of the matrices of `height` rows by itself.
  func transposed(height: Int) -> PackedTensor {
    PackedTensor(
      kind: kind, rows: rows / height * columns, columns: height, bytes: bytes
    ) { [self] range, target in
      // A matrix is read whole for the rows that are wanted of it.
      var row = range.lowerBound
      while row < range.upperBound {
        let matrix = row / columns
        let end = min((matrix + 1) * columns, range.upperBound)
        let whole = FloatBuffer(count: height * columns)
        read((matrix * height)..<((matrix + 1) * height), into: whole.view)
        for wanted in row..<end {
          let place = target[from: (wanted - range.lowerBound) * height].base
          let column = wanted - matrix * columns
          for input in 0..<height { place[input] = whole.view.base[input * columns + column] }
        }
        row = end
      }
    }
  }
}

/// The values of E2M1 (OCP MX specification, 5.3.3): four bits, the first the sign.
let fourBitFloats: [Float] = [
  0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6,
]

/// E8M0 (OCP MX specification, 5.4.1): a power of two; all ones is no number.
func powerOfTwo(_ byte: UInt8) -> Float {
  byte == 255 ? .nan : Float(sign: .plus, exponent: Int(byte) - 127, significand: 1)
}
