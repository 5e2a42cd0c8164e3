/// Reads a decoder's weights by the names and the layout of its family.
internal import TareCore

struct DecoderLoader {
  let reader: WeightReader
  let spec: DecoderSpec
  let names: TensorNames
  /// Whether the embedding is the language-model head.
  let isTied: Bool
  let packing: MatrixPacking
  private let prefix: String

  init(
    _ reader: WeightReader, _ spec: DecoderSpec, _ names: TensorNames, isTied: Bool,
    _ packing: MatrixPacking
  ) {
    self.isTied = isTied
    self.packing = packing
    self.reader = reader
    self.spec = spec
    self.names = names
    prefix =
      reader.prefix(of: "\(names.embedding).weight", among: names.prefixes) ?? names.prefixes[0]
  }

  func weights() throws(TareError) -> DecoderWeights {
    let (vocabulary, hidden) = (spec.vocabularySize, spec.hiddenSize)
    let embedding = try reader["\(prefix)\(names.embedding).weight"].table(
      rows: vocabulary, columns: hidden)
    var layers: [LayerWeights] = []
    for index in spec.layers.indices { layers.append(try layer(index)) }
    let output = "\(names.output).weight"
    return DecoderWeights(
      embedding: embedding, layers: layers, finalNorm: try norm("\(prefix)\(names.finalNorm)"),
      output: reader.has(output)
        ? try reader[output].table(rows: vocabulary, columns: hidden) : isTied ? embedding : nil,
      recurrentRouter: try recurrentRouter())
  }

  private func recurrentRouter() throws(TareError) -> RecurrentRouterWeights? {
    for layer in spec.layers {
      guard case .mixture(let mixture) = layer.feedForward,
        case .recurrent(let kind, let size) = mixture.router
      else { continue }
      return try RecurrentRouterWeights(
        reader, prefix: prefix + names.mixture.recurrent.unit, kind, size: size)
    }
    return nil
  }

  private func norm(_ name: String, width: Int? = nil) throws(TareError) -> NormWeights {
    try NormWeights(reader, name, width: width ?? spec.hiddenSize, spec.norm)
  }

  private func layer(_ index: Int) throws(TareError) -> LayerWeights {
    let place = prefix + names.layer.replacing("#", with: String(index)) + "."
    func optionalNorm(_ name: String?) throws(TareError) -> NormWeights? {
      guard let name else { return nil }
      return try norm(place + name)
    }
    let headWidths: (query: Int, key: Int)? =
      switch spec.queryKeyNorm {
      case .none: nil
      case .head: (spec.headDim, spec.headDim)
      case .whole: (spec.headCount * spec.headDim, spec.keyValueHeadCount * spec.headDim)
      }
    return LayerWeights(
      attentionNorm: try optionalNorm(names.attentionNorm),
      queryKeyValue: try LinearWeights(
        reader, LinearRows(attention(place)), columns: spec.hiddenSize,
        hasBias: spec.hasQueryKeyValueBias, packing.ofAttention),
      queryNorm: try headWidths.map { (widths) throws(TareError) in
        try norm(place + names.queryNorm, width: widths.query)
      },
      keyNorm: try headWidths.map { (widths) throws(TareError) in
        try norm(place + names.keyNorm, width: widths.key)
      },
      attentionOutput: try LinearWeights(
        reader, LinearRows(place + names.attentionOutput, rows: spec.hiddenSize),
        columns: spec.headCount * spec.headDim, hasBias: spec.hasAttentionOutputBias, packing),
      attentionPostNorm: try optionalNorm(names.attentionPostNorm),
      feedForwardNorm: try optionalNorm(names.feedForwardNorm),
      feedForward: try feedForward(place, spec.layers[index].feedForward),
      feedForwardPostNorm: try optionalNorm(names.feedForwardPostNorm))
  }

  /// Queries, keys, values and gates, in this order, from wherever they stand.
  private func attention(_ place: String) -> [LinearRows.Part] {
    let (head, groups) = (spec.headDim, spec.keyValueHeadCount)
    let queries = spec.headCount * head
    let group = spec.headCount / groups
    switch names.attention {
    case .separate(let query, let key, let value):
      let rest = [
        LinearRows.Part(place + key, rows: groups * head),
        LinearRows.Part(place + value, rows: groups * head),
      ]
      guard spec.outputGate != .none else {
        return [LinearRows.Part(place + query, rows: queries)] + rest
      }
      // The gates of each group of heads stand below the group's queries.
      let gates = spec.gateWidth / groups
      let size = group * head + gates
      func picked(_ start: Int, _ count: Int) -> LinearRows.Part {
        LinearRows.Part(
          place + query, rows: groups * size,
          picked: (0..<groups).map { ($0 * size + start)..<($0 * size + start + count) })
      }
      return [picked(0, group * head)] + rest + [picked(group * head, gates)]
    case .stacked(let layer):
      return [LinearRows.Part(place + layer, rows: queries + 2 * groups * head)]
    case .grouped(let layer):
      let size = (group + 2) * head
      func picked(_ start: Int, _ count: Int) -> LinearRows.Part {
        LinearRows.Part(
          place + layer, rows: groups * size,
          picked: (0..<groups).map { ($0 * size + start)..<($0 * size + start + count) })
      }
      return [
        picked(0, group * head), picked(group * head, head), picked((group + 1) * head, head),
      ]
    }
  }

  private func feedForward(
    _ place: String, _ kind: FeedForwardSpec
  ) throws(TareError) -> FeedForwardWeights {
    let hasBias = spec.hasFeedForwardBias
    func gated(
      _ parts: [LinearRows.Part], _ down: String, _ size: Int
    ) throws(TareError) -> FeedForwardWeights {
      .gated(
        try block(
          LinearRows(parts, areInterleaved: true), place + down, size: size, hasBias: hasBias))
    }
    switch kind {
    case .mixture(let mixture): return .mixture(try self.mixture(place, mixture))
    case .gated(let size):
      switch names.feedForward {
      case .gated(let gate, let up, let down):
        return try gated(
          [.init(place + gate, rows: size), .init(place + up, rows: size)], down, size)
      case .stacked(let gateUp, let down):
        return try gated([.init(place + gateUp, rows: 2 * size)], down, size)
      case .plain: break
      }
    case .plain(let size):
      if case .plain(let up, let down) = names.feedForward {
        return .plain(
          try block(
            LinearRows(place + up, rows: size), place + down, size: size, hasBias: hasBias))
      }
    }
    throw .fault("the family's tensor names do not fit its feed-forward block")
  }

  private func block(
    _ input: LinearRows, _ down: String, size: Int, hasBias: Bool
  ) throws(TareError) -> BlockWeights {
    BlockWeights(
      input: try LinearWeights(
        reader, input, columns: spec.hiddenSize, hasBias: hasBias, packing),
      down: try LinearWeights(
        reader, LinearRows(down, rows: spec.hiddenSize), columns: size, hasBias: hasBias, packing))
  }

  private func mixture(_ place: String, _ mixture: MixtureSpec) throws(TareError) -> MixtureWeights
  {
    let names = names.mixture
    var experts: [BlockWeights] = []
    for index in 0..<mixture.experts {
      func named(_ name: String) -> String { place + name.replacing("#", with: String(index)) }
      experts.append(
        try block(
          LinearRows(
            [
              .init(named(names.expertGate), rows: mixture.size),
              .init(named(names.expertUp), rows: mixture.size),
            ], areInterleaved: true), named(names.expertDown), size: mixture.size, hasBias: false))
    }
    var routerInput: Matrix?
    let router: Matrix
    switch mixture.router {
    case .linear:
      router = try Matrix(
        reader, LinearRows(place + names.router, rows: mixture.experts), columns: spec.hiddenSize,
        packing.inFloat32)
    case .recurrent(_, let size):
      routerInput = try Matrix(
        reader, tensor: place + names.recurrent.input, rows: size, columns: spec.hiddenSize,
        packing.inFloat32)
      router = try Matrix(
        reader, tensor: place + names.recurrent.output, rows: mixture.experts, columns: size,
        packing.inFloat32)
    }
    let shared = try mixture.shared.map { (shared) throws(TareError) in
      try block(
        LinearRows(
          [
            .init(place + names.sharedGate, rows: shared.size),
            .init(place + names.sharedUp, rows: shared.size),
          ], areInterleaved: true), place + names.sharedDown, size: shared.size, hasBias: false)
    }
    let bias =
      mixture.hasBias
      ? FloatBuffer(try reader[place + names.bias].vector(spec.hiddenSize)) : nil
    return MixtureWeights(
      router: router, routerInput: routerInput, experts: experts, shared: shared, bias: bias)
  }
}
