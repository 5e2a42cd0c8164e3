/// What comes after a layer's blocks: the tokens' own part of it, and its scale.
internal import CKernels

extension DecoderSpec {
  /// Whether something comes after a layer's blocks.
  var hasLayerEnd: Bool { layerInput != nil || hasLayerScale }
}

extension ForwardPass {
  /// Adds what a layer takes of the tokens themselves, and scales the stream.
  func endLayer(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    guard spec.hasLayerEnd else { return }
    let layer = weights.layers[index]
    let width = spec.hiddenSize
    let target = rows.stream.view[from: block.lowerBound * width]
    if let input = spec.layerInput, let weights = layer.layerInput {
      addLayerInput(input, weights, block, of: rows, layer: index, to: target, scratch)
    }
    guard layer.scale != 1 else { return }
    for i in 0..<(block.count * width) { target.base[i] *= layer.scale }
  }

  /// stream += norm(output · (activation(gate · stream) · own)), where a token's own part is
  /// (norm(projection · embedding / √hiddenSize) + scale · table) / √2.
  private func addLayerInput(
    _ input: LayerInputSpec, _ weights: LayerInputWeights, _ block: Range<Int>, of rows: RowSet,
    layer index: Int, to target: FloatView, _ scratch: BlockScratch
  ) {
    let (size, width, count) = (input.size, spec.hiddenSize, block.count)
    let (own, gate) = (scratch.layerInput.view, scratch.layerGate.view)
    for (place, row) in rows.rows[block].enumerated() {
      embedToken(row, into: scratch.normed.view[from: place * width])
    }
    multiply(
      operand(scratch.normed.view, for: weights.projection, scratch, rows: count),
      weights.projection, scratch, into: own)
    let root = 1 / Float(width).squareRoot()
    for i in 0..<(count * size) { own.base[i] *= root }
    norm(own, weights.projectionNorm, into: own, rows: count, width: size)
    let columns = (index * size)..<((index + 1) * size)
    for (place, row) in rows.rows[block].enumerated() {
      let values = own[from: place * size]
      // The gate's place is free until the gate is computed.
      weights.table.read(row: Int(tree.tokens[row]), columns: columns, into: gate)
      for i in 0..<size {
        values.base[i] = (values.base[i] + input.scale * gate.base[i]) * Float(0.5).squareRoot()
      }
    }
    multiply(
      operand(target, for: weights.gate, scratch, rows: count), weights.gate, scratch, into: gate)
    kernels.activate(gate.base, count * size, spec.activation.kernel)
    for i in 0..<(count * size) { gate.base[i] *= own.base[i] }
    add(
      operand(gate, for: weights.output, scratch, rows: count), weights.output,
      weights.outputNorm, to: target, scratch)
  }
}
