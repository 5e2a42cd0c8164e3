/// Norms and products of a block's rows.
internal import CKernels

extension ForwardPass {
  func operand(
    _ view: FloatView, for linear: LinearWeights, _ scratch: BlockScratch, rows: Int
  ) -> Operand {
    scratch.operand.load(
      view, rows: rows, columns: linear.matrix.columns, linear.matrix.precision)
  }

  /// target += postNorm(source · weightsᵀ + bias), [rows, hiddenSize].
  func add(
    _ source: Operand, _ linear: LinearWeights, _ postNorm: NormWeights?, to target: FloatView,
    _ scratch: BlockScratch
  ) {
    guard postNorm != nil || spec.residualScale != 1 else {
      return multiply(source, linear, scratch, into: target, adding: true)
    }
    let output = scratch.output.view
    multiply(source, linear, scratch, into: output)
    if let postNorm { norm(output, postNorm, into: output, rows: source.rows) }
    let scale = spec.residualScale
    for i in 0..<(source.rows * spec.hiddenSize) { target.base[i] += scale * output.base[i] }
  }

  /// The rows after the norm, or as they are where there is none.
  func normed(
    _ source: FloatView, _ weights: NormWeights?, _ scratch: BlockScratch, rows: Int
  ) -> FloatView {
    guard let weights else { return source }
    norm(source, weights, into: scratch.normed.view, rows: rows)
    return scratch.normed.view
  }

  func norm(
    _ source: FloatView, _ weights: NormWeights?, into target: FloatView, rows: Int
  ) {
    guard let weights else {
      return target.base.update(from: source.base, count: rows * spec.hiddenSize)
    }
    norm(source, weights, into: target, rows: rows, width: spec.hiddenSize)
  }

  /// - Parameters:
  ///   - start: the first of the weights.
  ///   - kind: another norm than that of the layers.
  func norm(
    _ source: FloatView, _ weights: NormWeights, start: Int = 0, into target: FloatView, rows: Int,
    width: Int, _ kind: NormSpec? = nil
  ) {
    let kind = kind ?? spec.norm
    let weight = weights.weight.view[from: start]
    precondition(source.count >= rows * width && target.count >= rows * width)
    precondition(weight.count >= width)
    switch kind.kind {
    case .rms:
      kernels.rmsNorm(target.base, source.base, weight.base, rows, width, kind.epsilon)
    case .layer:
      kernels.layerNorm(
        target.base, source.base, weight.base, weights.bias.view[from: start].base, rows, width,
        kind.epsilon)
    }
  }

  /// target (+)= source · weightsᵀ + bias, [rows, inputs] to [rows, outputs].
  func multiply(
    _ source: Operand, _ linear: LinearWeights, _ scratch: BlockScratch,
    outputs: Range<Int>? = nil, into target: FloatView, stride: Int? = nil, adding: Bool = false
  ) {
    scratch.clock.product {
      linear.matrix.multiply(
        source, bias: linear.bias, outputs: outputs, into: target, targetStride: stride,
        adding: adding)
    }
  }
}
