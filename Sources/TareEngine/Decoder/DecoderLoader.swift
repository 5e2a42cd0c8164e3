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
    let positions = try spec.learnedPositions.map { (learned) throws(TareError) in
      try reader["\(prefix)\(names.positions).weight"].table(
        rows: learned.count + learned.offset, columns: hidden)
    }
    var layers: [LayerWeights] = []
    for index in spec.layers.indices { layers.append(try layer(index)) }
    let output = "\(names.output).weight"
    let outputBias = "\(names.output).bias"
    return DecoderWeights(
      embedding: embedding, positions: positions,
      embeddingNorm: try names.embeddingNorm.map { (name) throws(TareError) in
        try norm("\(prefix)\(name)")
      },
      layers: layers,
      finalNorm: try norm("\(prefix)\(names.finalNorm)"),
      output: reader.has(output)
        ? try reader[output].table(rows: vocabulary, columns: hidden) : isTied ? embedding : nil,
      outputBias: reader.has(outputBias) ? try reader[outputBias].vector(vocabulary) : nil,
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

  private func norm(_ name: String) throws(TareError) -> NormWeights {
    try NormWeights(reader, name, width: spec.hiddenSize, spec.norm)
  }

  /// The norm of the queries' or keys' heads; nil without one.
  private func headNorm(
    _ name: String, heads: Int, head: Int
  ) throws(TareError) -> NormWeights? {
    let kind = spec.queryKeyNormSpec ?? spec.norm
    let count = spec.queryKeyNorm == .head ? 1 : heads
    let order = spec.hasInterleavedRotary ? spec.headOrder(heads: count, dim: head) : nil
    switch spec.queryKeyNorm {
    case .none: return nil
    case .head, .whole:
      return try NormWeights(kind, width: count * head, order: order) { (part) throws(TareError) in
        try reader["\(name).\(part)"].vector(count * head)
      }
    case .ownHead:
      return try NormWeights(kind, width: heads * head, order: order) { (part) throws(TareError) in
        guard name.contains("#") else {
          return try reader["\(name).\(part)"].values(shaped: [heads, head])
        }
        var values: [Float] = []
        for index in 0..<heads {
          let name = name.replacing("#", with: String(index))
          values += try reader["\(name).\(part)"].vector(head)
        }
        return values
      }
    }
  }

  private func layer(_ index: Int) throws(TareError) -> LayerWeights {
    let place = prefix + names.layer.replacing("#", with: String(index)) + "."
    func optionalNorm(_ name: String?) throws(TareError) -> NormWeights? {
      guard let name else { return nil }
      return try norm(place + name)
    }
    let linear = spec.layers[index].isLinear ? spec.linearAttention : nil
    let heads = spec.heads(index)
    return LayerWeights(
      attentionNorm: try optionalNorm(names.attentionNorm),
      queryKeyValue: spec.latent == nil && linear == nil
        ? try LinearWeights(
          reader, LinearRows(attention(place, heads)).transposed(names.isTransposed),
          columns: spec.hiddenSize, hasBias: spec.hasQueryKeyValueBias, packing.ofAttention) : nil,
      latent: try spec.latent.map { (latent) throws(TareError) in try self.latent(place, latent) },
      linear: try linear.map { (linear) throws(TareError) in
        let names = names.linearAttention ?? .init()
        return try LinearAttentionWeights(
          reader, place + names.place, linear, hiddenSize: spec.hiddenSize, isSplit: names.isSplit,
          packing.ofAttention)
      },
      sinks: spec.hasSinks
        ? FloatBuffer(try reader[place + names.sinks].vector(spec.headCount)) : nil,
      queryNorm: linear == nil
        ? try headNorm(place + names.queryNorm, heads: heads.queries, head: heads.dim) : nil,
      keyNorm: linear == nil && heads.hasKeys
        ? try headNorm(place + names.keyNorm, heads: heads.groups, head: heads.dim) : nil,
      valueNorm: spec.hasValueNorm ? NormWeights(ones: heads.dim) : nil,
      attentionOutput: try LinearWeights(
        reader,
        LinearRows(
          place
            + (linear == nil
              ? names.attentionOutput : names.linearAttention?.output ?? names.attentionOutput),
          rows: spec.hiddenSize
        ).transposed(names.isTransposed),
        columns: linear?.valueWidth ?? heads.queries * (spec.latent?.valueDim ?? heads.dim),
        hasBias: linear == nil && spec.hasAttentionOutputBias, packing),
      attentionPostNorm: try optionalNorm(names.attentionPostNorm),
      feedForwardNorm: try optionalNorm(names.feedForwardNorm),
      feedForward: try feedForward(place, spec.layers[index].feedForward),
      feedForwardPostNorm: try optionalNorm(names.feedForwardPostNorm),
      layerInput: try spec.layerInput.map { (input) throws(TareError) in
        try layerInput(place, input, index)
      },
      scale: spec.hasLayerScale ? try reader[place + names.layerScale].vector(1)[0] : 1)
  }

  private func layerInput(
    _ place: String, _ input: LayerInputSpec, _ index: Int
  ) throws(TareError) -> LayerInputWeights {
    let names = names.layerInput
    let (size, hidden) = (input.size, spec.hiddenSize)
    let width = size * spec.layerCount
    func linear(_ rows: LinearRows, _ columns: Int) throws(TareError) -> LinearWeights {
      try LinearWeights(reader, rows, columns: columns, hasBias: false, packing)
    }
    let own = (size * index)..<(size * (index + 1))
    return LayerInputWeights(
      table: try reader["\(prefix)\(names.table).weight"].table(
        rows: input.vocabularySize, columns: width),
      projection: try linear(
        LinearRows([.init(prefix + names.projection, rows: width, picked: [own])]), hidden),
      projectionNorm: try NormWeights(
        reader, prefix + names.projectionNorm, width: size, spec.norm),
      gate: try linear(LinearRows(place + names.gate, rows: size), hidden),
      output: try linear(LinearRows(place + names.output, rows: hidden), size),
      outputNorm: try norm(place + names.outputNorm))
  }

  private func latent(_ place: String, _ latent: LatentSpec) throws(TareError) -> LatentWeights {
    let names = names.latent
    let packing = packing.ofAttention
    let heads = spec.headCount
    let turned = latent.turnedDim
    /// The turned values in our order.
    func halves(_ start: Int) -> [Range<Int>] {
      guard spec.hasInterleavedRotary else { return [start..<(start + turned)] }
      return (0..<2).flatMap { half in
        (0..<(turned / 2)).map { (start + 2 * $0 + half)..<(start + 2 * $0 + half + 1) }
      }
    }
    var down: [LinearRows.Part] = []
    if let rank = latent.queryRank { down.append(.init(place + names.queryDown, rows: rank)) }
    down.append(
      .init(
        place + names.keyValueDown, rows: latent.keyValueRank + turned,
        picked: [0..<latent.keyValueRank] + halves(latent.keyValueRank)))
    let queries = (0..<heads).flatMap { head in
      halves(head * latent.keyDim + latent.plainDim)
        + [(head * latent.keyDim)..<(head * latent.keyDim + latent.plainDim)]
    }
    var norm = NormSpec(epsilon: 1)
    norm.epsilon = latent.epsilon
    let query = latent.queryRank == nil ? names.query : names.queryUp
    return LatentWeights(
      down: try LinearWeights(
        reader, LinearRows(down), columns: spec.hiddenSize, hasBias: latent.hasBias, packing),
      queryNorm: try latent.queryRank.map { (rank) throws(TareError) in
        try NormWeights(reader, place + names.queryNorm, width: rank, norm)
      },
      query: try LinearWeights(
        reader,
        LinearRows([.init(place + query, rows: heads * latent.keyDim, picked: queries)]),
        columns: latent.queryRank ?? spec.hiddenSize, hasBias: false, packing),
      keyValueNorm: try NormWeights(
        reader, place + names.keyValueNorm, width: latent.keyValueRank, norm),
      keyValue: try LinearWeights(
        reader,
        LinearRows(place + names.keyValueUp, rows: heads * (latent.plainDim + latent.valueDim)),
        columns: latent.keyValueRank, hasBias: false, packing))
  }

  /// Queries, keys, values and gates, in this order, from wherever they stand.
  private func attention(_ place: String, _ heads: LayerHeads) -> [LinearRows.Part] {
    let (head, groups) = (heads.dim, heads.groups)
    let queries = spec.headCount * head
    let group = spec.headCount / groups
    /// Heads one under another, those that are turned in our order.
    func turned(_ start: Int, _ heads: Int) -> [Range<Int>] {
      spec.headRanges(heads: heads, dim: head).map {
        ($0.lowerBound + start)..<($0.upperBound + start)
      }
    }
    switch names.attention {
    case .separate(let query, let key, let value):
      var rest = [
        LinearRows.Part(place + key, rows: groups * head, picked: turned(0, groups)),
        LinearRows.Part(place + value, rows: groups * head),
      ]
      if heads.hasKeysForValues { rest.removeLast() }
      if !heads.hasKeys { rest = [] }
      guard spec.outputGate != .none else {
        return [
          LinearRows.Part(place + query, rows: queries, picked: turned(0, spec.headCount))
        ] + rest
      }
      if spec.hasGateBesideHead {
        func picked(_ half: Int) -> LinearRows.Part {
          LinearRows.Part(
            place + query, rows: 2 * queries,
            picked: (0..<spec.headCount).map {
              ((2 * $0 + half) * head)..<((2 * $0 + half + 1) * head)
            })
        }
        return [picked(0)] + rest + [picked(1)]
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
      let keys = groups * head
      return [
        LinearRows.Part(
          place + layer, rows: queries + 2 * keys,
          picked: turned(0, spec.headCount) + turned(queries, groups)
            + [(queries + keys)..<(queries + 2 * keys)])
      ]
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
    _ input: LinearRows, _ down: String, size: Int, hasBias: Bool, isTransposed: Bool? = nil
  ) throws(TareError) -> BlockWeights {
    let isTransposed = isTransposed ?? names.isTransposed
    return BlockWeights(
      input: try LinearWeights(
        reader, input.transposed(isTransposed), columns: spec.hiddenSize, hasBias: hasBias,
        packing),
      down: try LinearWeights(
        reader, LinearRows(down, rows: spec.hiddenSize).transposed(isTransposed),
        columns: size, hasBias: hasBias, packing))
  }

  private func mixture(_ place: String, _ mixture: MixtureSpec) throws(TareError) -> MixtureWeights
  {
    let names = names.mixture
    var experts: [BlockWeights] = []
    for index in 0..<mixture.experts {
      func named(_ name: String) -> String { place + name.replacing("#", with: String(index)) }
      var parts = [
        LinearRows.Part(named(names.expertGate), rows: mixture.size),
        LinearRows.Part(named(names.expertUp), rows: mixture.size),
      ]
      if let both = names.expertGateUp {
        parts = [
          .init(
            named(both), rows: 2 * mixture.size,
            picked: (0..<2).flatMap { half in
              (0..<mixture.size).map { (2 * $0 + half)..<(2 * $0 + half + 1) }
            })
        ]
      }
      let isTransposed = names.expertGateUp != nil
      experts.append(
        try block(
          LinearRows(parts, areInterleaved: true).transposed(isTransposed),
          named(names.expertDown), size: mixture.size, hasBias: mixture.hasLayerBias,
          isTransposed: isTransposed))
    }
    var routerInput: Matrix?
    let router: Matrix
    switch mixture.router {
    case .linear where mixture.hasOwnNorms: router = try scaledRouter(place, mixture)
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
          ], areInterleaved: true), place + names.sharedDown, size: shared.size,
        hasBias: shared.hasBias)
    }
    let sharedGate =
      mixture.shared?.hasGate == true
      ? try Matrix(
        reader, LinearRows(place + names.sharedExpertGate, rows: 1), columns: spec.hiddenSize,
        packing.inFloat32) : nil
    let bias =
      mixture.hasBias
      ? FloatBuffer(try reader[place + names.bias].vector(spec.hiddenSize)) : nil
    return MixtureWeights(
      router: router, routerInput: routerInput, experts: experts, shared: shared,
      sharedGate: sharedGate, bias: bias,
      routerBias: mixture.hasLayerBias
        ? FloatBuffer(try reader[place + names.router + ".bias"].vector(mixture.experts)) : nil,
      choiceBias: mixture.hasChoiceBias
        ? try reader[place + names.choiceBias].vector(mixture.experts) : nil,
      expertScale: mixture.hasOwnNorms
        ? try reader[place + names.own.expertScale].vector(mixture.experts) : nil,
      norms: mixture.hasOwnNorms ? try mixtureNorms(place, names.own) : nil)
  }

  private func mixtureNorms(
    _ place: String, _ names: TensorNames.MixtureNames.OwnNorms
  ) throws(TareError) -> MixtureNorms {
    MixtureNorms(
      router: NormWeights(ones: spec.hiddenSize), input: try norm(place + names.input),
      output: try norm(place + names.output), sharedOutput: try norm(place + names.sharedOutput))
  }

  /// The router's matrix with the scale of its input in it.
  private func scaledRouter(_ place: String, _ mixture: MixtureSpec) throws(TareError) -> Matrix {
    let hidden = spec.hiddenSize
    let scale = try reader[place + names.mixture.own.routerScale].vector(hidden)
    let rows = try reader["\(place)\(names.mixture.router).weight"].rows(mixture.experts, hidden)
    let root = 1 / Float(hidden).squareRoot()
    return Matrix(rows: mixture.experts, columns: hidden) { rows[$0][$1] * (scale[$1] * root) }
  }
}

extension DecoderSpec {
  /// Where the rows of heads one under another stand in a checkpoint, in our order: the first halves
  /// of the rotary pairs, then the second ones.
  func headRanges(heads: Int, dim: Int) -> [Range<Int>] {
    guard hasInterleavedRotary, let turned = rotaries.first?.dim else {
      return [0..<(heads * dim)]
    }
    return (0..<heads).flatMap { index -> [Range<Int>] in
      let start = index * dim
      let halves = (0..<2).flatMap { half in
        (0..<(turned / 2)).map { (start + 2 * $0 + half)..<(start + 2 * $0 + half + 1) }
      }
      return halves + (turned < dim ? [(start + turned)..<(start + dim)] : [])
    }
  }

  /// The same, value by value.
  func headOrder(heads: Int, dim: Int) -> [Int] {
    headRanges(heads: heads, dim: dim).flatMap { Array($0) }
  }
}
