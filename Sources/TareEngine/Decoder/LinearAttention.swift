/// Linear attention by the gated delta rule (arXiv 2412.06464), as Qwen3-Next has it.
internal import CKernels
internal import Foundation
internal import TareCore

/// The sizes of a layer. Each key head serves `valueHeads / keyHeads` value heads that follow each other.
package struct LinearAttentionSpec: Sendable, Equatable {
  package var keyHeads: Int
  package var valueHeads: Int
  package var keyDim: Int
  package var valueDim: Int
  /// Positions that the convolution sees, its own included.
  package var kernel: Int
  package var epsilon: Float

  init(_ config: ModelConfig) throws(TareError) {
    keyHeads = try config.count("linear_num_key_heads", default: 16)
    valueHeads = try config.count("linear_num_value_heads", default: 32)
    keyDim = try config.count("linear_key_head_dim", default: 128)
    valueDim = try config.count("linear_value_head_dim", default: 128)
    kernel = try config.count("linear_conv_kernel_dim", default: 4)
    epsilon = Float(try config.number("rms_norm_eps", default: 1e-6))
    guard valueHeads % keyHeads == 0 else {
      throw config.error(
        "linear_num_value_heads", "\(valueHeads)", "a multiple of the \(keyHeads) key heads")
    }
  }

  var keyWidth: Int { keyHeads &* keyDim }
  var valueWidth: Int { valueHeads &* valueDim }
  /// Queries, keys and values, which the convolution goes over.
  var mixedWidth: Int { 2 &* keyWidth &+ valueWidth }
  /// These, the output's gates, and of each value head the step's weight and its decay.
  var width: Int { mixedWidth &+ valueWidth &+ 2 &* valueHeads }

  func parameters(_ hidden: Int) -> Int { hidden &* (width &+ valueWidth) }
}

/// Its weights; the output projection is the layer's `attentionOutput`.
struct LinearAttentionWeights: Sendable {
  /// Queries, keys, values, gates, weights and decays one under another, [width, hiddenSize].
  let input: LinearWeights
  /// [mixedWidth, kernel]
  let convolution: FloatBuffer
  /// −exp(A_log), [valueHeads]
  let decay: [Float]
  /// [valueHeads]
  let decayBias: [Float]
  /// [valueDim]
  let norm: [Float]

  init(
    _ reader: WeightReader, _ place: String, _ spec: LinearAttentionSpec, hiddenSize: Int,
    isSplit: Bool, _ packing: MatrixPacking
  ) throws(TareError) {
    input = try LinearWeights(
      reader, LinearRows(isSplit ? Self.split(place, spec) : Self.grouped(place, spec)),
      columns: hiddenSize, hasBias: false, packing)
    convolution = FloatBuffer(
      try reader["\(place)conv1d.weight"].values(shaped: [spec.mixedWidth, 1, spec.kernel]))
    decay = try reader["\(place)A_log"].vector(spec.valueHeads).map { -exp($0) }
    decayBias = try reader["\(place)dt_bias"].vector(spec.valueHeads)
    norm = try reader["\(place)norm.weight"].vector(spec.valueDim)
  }

  /// Qwen3.5: a layer for each.
  private static func split(_ place: String, _ spec: LinearAttentionSpec) -> [LinearRows.Part] {
    [
      .init("\(place)in_proj_qkv", rows: spec.mixedWidth),
      .init("\(place)in_proj_z", rows: spec.valueWidth),
      .init("\(place)in_proj_b", rows: spec.valueHeads),
      .init("\(place)in_proj_a", rows: spec.valueHeads),
    ]
  }

  /// Qwen3-Next: for each key head its query, its key, its values and their gates; in another layer the
  /// weights and decays of its values.
  private static func grouped(_ place: String, _ spec: LinearAttentionSpec) -> [LinearRows.Part] {
    let share = spec.valueHeads / spec.keyHeads
    let values = share * spec.valueDim
    let size = 2 * spec.keyDim + 2 * values
    func picked(_ start: Int, _ count: Int) -> LinearRows.Part {
      LinearRows.Part(
        "\(place)in_proj_qkvz", rows: spec.keyHeads * size,
        picked: (0..<spec.keyHeads).map { ($0 * size + start)..<($0 * size + start + count) })
    }
    func chosen(_ half: Int) -> LinearRows.Part {
      LinearRows.Part(
        "\(place)in_proj_ba", rows: 2 * spec.valueHeads,
        picked: (0..<spec.keyHeads).map {
          ((2 * $0 + half) * share)..<((2 * $0 + half + 1) * share)
        })
    }
    return [
      picked(0, spec.keyDim), picked(spec.keyDim, spec.keyDim), picked(2 * spec.keyDim, values),
      picked(2 * spec.keyDim + values, values), chosen(0), chosen(1),
    ]
  }
}

/// What a pass keeps of the current linear layer.
struct LinearAttentionState: Sendable {
  /// The projection of all rows, [rows, width].
  let projected: FloatBuffer
  /// Queries, keys and values after the convolution, [rows, mixedWidth].
  let mixed: FloatBuffer
  /// [rows, valueWidth]
  let output: FloatBuffer
  /// Rows after which a branch begins.
  let forks: Set<Int>

  init?(_ spec: DecoderSpec, _ tree: TokenTree, _ memory: PassMemory) {
    guard let linear = spec.linearAttention else { return nil }
    projected = memory.buffer(count: tree.rowCount * linear.width)
    mixed = memory.buffer(count: tree.rowCount * linear.mixedWidth)
    output = memory.buffer(count: tree.rowCount * linear.valueWidth)
    forks = Set(tree.branches.filter { $0.start > 0 }.map { $0.row(of: $0.start - 1) })
  }
}

extension ForwardPass {
  /// The outputs of all rows of a linear layer whose projection is there.
  func attendLinearly(layer index: Int) {
    guard let spec = spec.linearAttention, let state = linear,
      let weights = weights.layers[index].linear
    else { return }
    forEachBlock(of: all) { block, _ in
      for row in block { self.convolve(row, spec, state, weights) }
    }
    pool.run(parts: spec.valueHeads) { head, _ in
      self.run(head: head, spec, state, weights)
    }
  }

  /// SiLU of the convolution over a row and those before it in its sequence; queries and keys become
  /// of length 1, and queries are divided by √keyDim.
  private func convolve(
    _ row: Int, _ spec: LinearAttentionSpec, _ state: LinearAttentionState,
    _ weights: LinearAttentionWeights
  ) {
    let target = state.mixed.view[from: row * spec.mixedWidth].base
    let (branch, position) = (tree.branches[tree.branchOfRow[row]], tree.positions[row])
    for channel in 0..<spec.mixedWidth { target[channel] = 0 }
    for step in 0..<spec.kernel {
      let place = position - spec.kernel + 1 + step
      guard place >= 0 else { continue }
      let source = state.projected.view[from: branch.row(of: place) * spec.width].base
      let factors = weights.convolution.view.base
      for channel in 0..<spec.mixedWidth {
        target[channel] += factors[channel * spec.kernel + step] * source[channel]
      }
    }
    kernels.activate(target, spec.mixedWidth, Activation.silu.kernel)
    for head in 0..<(2 * spec.keyHeads) {
      let values = target + head * spec.keyDim
      var squares: Float = 0
      for i in 0..<spec.keyDim { squares += values[i] * values[i] }
      var factor = 1 / (squares + 1e-6).squareRoot()
      if head < spec.keyHeads { factor /= Float(spec.keyDim).squareRoot() }
      for i in 0..<spec.keyDim { values[i] *= factor }
    }
  }

  /// One value head over all branches, each from the state where it leaves its parent.
  private func run(
    head: Int, _ spec: LinearAttentionSpec, _ state: LinearAttentionState,
    _ weights: LinearAttentionWeights
  ) {
    let size = spec.keyDim * spec.valueDim
    let current = FloatBuffer(count: size)
    let delta = FloatBuffer(count: spec.valueDim)
    var kept: [Int: FloatBuffer] = [:]
    for branch in tree.branches {
      if branch.start > 0, let parent = kept[branch.row(of: branch.start - 1)] {
        current.view.base.update(from: parent.view.base, count: size)
      } else {
        current.view.base.update(repeating: 0, count: size)
      }
      for row in branch.row..<(branch.row + branch.end - branch.start) {
        step(row, head: head, current, delta, spec, state, weights)
        guard state.forks.contains(row) else { continue }
        let copy = FloatBuffer(count: size)
        copy.view.base.update(from: current.view.base, count: size)
        kept[row] = copy
      }
    }
  }

  /// One row of one value head: the state's next, and its output after norm and gate.
  private func step(
    _ row: Int, head: Int, _ current: FloatBuffer, _ delta: FloatBuffer,
    _ spec: LinearAttentionSpec, _ state: LinearAttentionState, _ weights: LinearAttentionWeights
  ) {
    let mixed = state.mixed.view[from: row * spec.mixedWidth].base
    let projected = state.projected.view[from: row * spec.width].base
    let output = state.output.view[from: row * spec.valueWidth + head * spec.valueDim].base
    let keyHead = head / (spec.valueHeads / spec.keyHeads)
    let scalars = projected + spec.mixedWidth + spec.valueWidth
    let beta = 1 / (1 + exp(-Double(scalars[head])))
    let input = Double(scalars[spec.valueHeads + head]) + Double(weights.decayBias[head])
    let softplus = input > 20 ? input : log1p(exp(input))
    tare_delta_step(
      current.view.base, mixed + keyHead * spec.keyDim,
      mixed + spec.keyWidth + keyHead * spec.keyDim,
      mixed + 2 * spec.keyWidth + head * spec.valueDim,
      Float(exp(Double(weights.decay[head]) * softplus)), Float(beta), spec.keyDim, spec.valueDim,
      delta.view.base, output)
    var squares: Float = 0
    for i in 0..<spec.valueDim { squares += output[i] * output[i] }
    let factor = 1 / (squares / Float(spec.valueDim) + spec.epsilon).squareRoot()
    let gates = projected + spec.mixedWidth + head * spec.valueDim
    for i in 0..<spec.valueDim {
      let gate = Double(gates[i])
      output[i] = weights.norm[i] * (output[i] * factor) * Float(gate / (1 + exp(-gate)))
    }
  }
}
