/// The rows that a layer computes, with what is kept for each from step to step.

/// All rows of a batch, or, in the last layer, those alone that are read.
struct RowSet {
  /// The tree's rows, in order.
  let rows: [Int]
  /// Residual stream, [rows, hiddenSize].
  let stream: FloatBuffer
  /// Queries of the current layer, then attention's output, [rows, heads·headDim of the largest].
  let queries: FloatBuffer
  /// Output gates of the current layer, [rows, gateWidth].
  let gates: FloatBuffer
  /// What mixtures of experts keep; nil without one.
  let mixture: ForwardPass.MixtureState?

  var count: Int { rows.count }

  init(_ spec: DecoderSpec, rows: [Int], _ memory: PassMemory) {
    self.rows = rows
    stream = memory.buffer(count: rows.count * spec.hiddenSize)
    queries = memory.buffer(count: rows.count * spec.headCount * spec.headDim)
    gates = memory.buffer(count: rows.count * spec.gateWidth)
    mixture = ForwardPass.MixtureState(spec, rows: rows.count)
  }

  /// Some rows of a set of all rows, taken out.
  init(_ spec: DecoderSpec, rows: [Int], of all: RowSet, _ memory: PassMemory) {
    self.init(spec, rows: rows, memory)
    let width = spec.hiddenSize
    for (index, row) in rows.enumerated() {
      stream.view[from: index * width].base.update(
        from: all.stream.view[from: row * width].base, count: width)
      if let mixture, let source = all.mixture { mixture.copyRouter(row, of: source, to: index) }
    }
  }
}
