/// The working space of one worker: a block's activations.
internal import CKernels

struct BlockScratch {
  /// [block, hiddenSize]
  let normed: FloatBuffer
  /// What a block puts out before its norm, or an expert its rows, [block, hiddenSize]
  let output: FloatBuffer
  /// Queries, keys, values and gates, [block, attentionWidth]
  let projected: FloatBuffer
  /// Some outputs of a feed-forward block's first product, [block, `innerWidth`]; all of them where
  /// the block has no gates.
  let inner: FloatBuffer
  /// Its second product's inputs, [block, size]
  let activated: FloatBuffer
  /// What goes into the products of the hidden size, and into a feed-forward block's second.
  let operand: OperandBuffer
  let innerOperand: OperandBuffer
  let attention: FloatBuffer
  /// Latent attention: the short vectors of a block's rows, one of them after its norm, and what is
  /// made of them.
  let latent: FloatBuffer
  let latentPart: FloatBuffer
  let latentWide: FloatBuffer
  /// What a layer takes of the tokens themselves, its gate, [block, size].
  let layerInput: FloatBuffer
  let layerGate: FloatBuffer
  let clock = PassClock()

  /// Outputs of gates and ups that are computed at a time: they stay in the second-level cache.
  static let innerWidth = 4 * Int(TARE_PANEL)

  init(_ spec: DecoderSpec, _ precision: Precision) {
    var (size, inner) = (0, Self.innerWidth)
    for layer in spec.layers {
      switch layer.feedForward {
      case .gated(let width): size = max(size, width)
      case .plain(let width): (size, inner) = (max(size, width), max(inner, width))
      case .mixture(let mixture): size = max(size, mixture.size, mixture.shared?.size ?? 0)
      }
    }
    let rows = RowBlocks.largest
    normed = FloatBuffer(count: rows * spec.hiddenSize)
    output = FloatBuffer(count: rows * spec.hiddenSize)
    projected = FloatBuffer(count: rows * spec.attentionWidth)
    self.inner = FloatBuffer(count: rows * inner)
    activated = FloatBuffer(count: rows * size)
    let ranks = [spec.latent?.queryRank ?? 0, spec.latent?.keyValueRank ?? 0]
    operand = OperandBuffer(
      columns: max(
        spec.hiddenSize, spec.headCount * spec.headDim, ranks[0], ranks[1],
        spec.linearAttention?.valueWidth ?? 0, spec.layerInput?.size ?? 0), precision)
    let heads = spec.latent == nil ? 0 : spec.headCount
    latent = FloatBuffer(
      count: rows * (spec.latent.map { ranks[0] + $0.keyValueRank + $0.turnedDim } ?? 0))
    latentPart = FloatBuffer(count: rows * max(ranks[0], ranks[1]))
    latentWide = FloatBuffer(
      count: rows * heads * (spec.latent.map { max($0.keyDim, $0.plainDim + $0.valueDim) } ?? 0))
    let own = spec.layerInput?.size ?? 0
    layerInput = FloatBuffer(count: rows * own)
    layerGate = FloatBuffer(count: rows * own)
    innerOperand = OperandBuffer(columns: size, precision)
    attention = FloatBuffer(count: tare_attention_scratch(Int32(spec.headDim)))
  }
}
