/// The weights of a decoder in float32, laid out as the forward pass multiplies them.

/// A matrix in float32, [rows, columns] row after row. Written while it is loaded, then only read.
package final class Matrix: Sendable {
  package let rows: Int
  package let columns: Int
  private let buffer: FloatBuffer

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    buffer = FloatBuffer(count: rows * columns)
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
