/// A matrix that stays in its file.
internal import TareCore

/// A matrix in its stored type, for what is read a few rows at a time: token embeddings.
package struct WeightTable: Sendable {
  package let rows: Int
  package let columns: Int
  let type: TensorType
  let start: Int
  let file: MappedFile
  /// What gives the rows of a quantised table.
  var packed: PackedTensor?
  /// Rows that are others than those in the file.
  var others: [Int: [Float]] = [:]

  /// Writes rows `range` as float32.
  package func read(_ range: Range<Int>, into target: FloatView) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    if let packed {
      packed.read(range, into: target[0..<(range.count * columns)])
    } else {
      readStored(range, into: target)
    }
    guard !others.isEmpty else { return }
    for row in range {
      guard let own = others[row] else { continue }
      target[from: (row - range.lowerBound) * columns].base.update(from: own, count: columns)
    }
  }

  /// Writes some columns of one row as float32.
  package func read(row: Int, columns range: Range<Int>, into target: FloatView) {
    precondition(row >= 0 && row < rows && range.lowerBound >= 0 && range.upperBound <= columns)
    let (values, bytes) = (type.blockValues, type.blockBytes)
    guard packed == nil, others.isEmpty, range.lowerBound % values == 0, range.count % values == 0
    else {
      let whole = FloatBuffer(count: columns)
      read(row..<(row + 1), into: whole.view)
      return target.base.update(from: whole.view[from: range.lowerBound].base, count: range.count)
    }
    let from = start + (row * columns + range.lowerBound) / values * bytes
    type.dequantize(
      UnsafeRawBufferPointer(
        rebasing: file.bytes[from..<(from + range.count / values * bytes)]),
      into: target[0..<range.count])
  }

  private func readStored(_ range: Range<Int>, into target: FloatView) {
    let rowBytes = columns / type.blockValues * type.blockBytes
    let from = start + range.lowerBound * rowBytes
    type.dequantize(
      UnsafeRawBufferPointer(rebasing: file.bytes[from..<(from + range.count * rowBytes)]),
      into: target[0..<(range.count * columns)])
  }
}
