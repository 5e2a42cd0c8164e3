/// The weights of a decoder in float32, laid out as the forward pass multiplies them.
internal import TareCore

/// A matrix in float32, [rows, columns] row after row. Written while it is loaded, then only read.
package final class Matrix: Sendable {
  package let rows: Int
  package let columns: Int
  private let buffer: FloatBuffer

  /// Reads tensors of `columns` columns, one under another.
  /// - Throws: `TareError.badData` with the name of a tensor that is missing or misshapen; nothing
  ///   is allocated before all are checked.
  init(stacking parts: [(tensor: WeightTensor, rows: Int)], columns: Int) throws(TareError) {
    for part in parts { try part.tensor.check(rows: part.rows, columns: columns) }
    rows = parts.reduce(0) { $0 + $1.rows }
    self.columns = columns
    buffer = FloatBuffer(count: rows * columns)
    var row = 0
    for part in parts {
      try part.tensor.read(
        rows: part.rows, columns: columns, into: self[rows: row..<(row + part.rows)])
      row += part.rows
    }
  }

  var view: FloatView { buffer.view }
  subscript(rows range: Range<Int>) -> FloatView {
    view[(range.lowerBound * columns)..<(range.upperBound * columns)]
  }
}

package struct LayerWeights: Sendable {
  /// [hiddenSize]
  let attentionNorm: FloatBuffer
  /// Queries, keys, values one under another: [(heads + 2·keyValueHeads)·headDim, hiddenSize]
  let queryKeyValue: Matrix
  /// [hiddenSize, heads·headDim]
  let attentionOutput: Matrix
  /// [hiddenSize]
  let feedForwardNorm: FloatBuffer
  /// Gate above up: [2·feedForwardSize, hiddenSize]
  let gateUp: Matrix
  /// [hiddenSize, feedForwardSize]
  let down: Matrix

  var matrices: [Matrix] { [queryKeyValue, attentionOutput, gateUp, down] }
}

package struct DecoderWeights: Sendable {
  /// [vocabularySize, hiddenSize]; read a row at a time, so it stays in the file.
  let embedding: WeightTable
  let layers: [LayerWeights]
  /// [hiddenSize]
  let finalNorm: FloatBuffer
  /// Language-model head, [vocabularySize, hiddenSize]; the embedding where the two are tied.
  let output: WeightTable
}
