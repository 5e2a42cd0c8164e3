/// The top layers of a model on disk, ready to be adapted.
internal import Foundation
package import TareCore
package import TareEngine

extension AdaptedStack {
  /// - Parameters:
  ///   - count: layers from the top.
  ///   - positions: of the longest sequence.
  /// - Throws: `TareError.usage` for more layers than there are; `TareError.badData` that names what the
  ///   model has and layers of Llama's kind have not.
  package init(
    _ model: ModelWeights, layers count: Int, positions: Int
  ) throws(TareError) {
    let family = try Architectures.family(named: model.config)
    guard let decoder = family as? any DecoderArchitecture.Type else {
      throw Self.unsupported("an encoder")
    }
    guard model.adapter == nil else { throw Self.unsupported("a model with an adapter") }
    let spec = try decoder.spec(model.config)
    guard (1...spec.layerCount).contains(count) else {
      throw .usage("layers: expected 1 to \(spec.layerCount), found \(count)")
    }
    let names = try decoder.names(model.config)
    let top = spec.layers.suffix(count)
    if let feature = Self.unsupportedFeature(spec, names, Array(top), positions: positions) {
      throw Self.unsupported(feature)
    }
    let reader = WeightReader(model)
    let prefix =
      reader.prefix(of: "\(names.embedding).weight", among: names.prefixes) ?? names.prefixes[0]
    func norm(_ name: String) throws(TareError) -> RMSNorm {
      let stored = try reader["\(name).weight"].values(shaped: [spec.hiddenSize])
      return RMSNorm(
        weight: stored.map { $0 + spec.norm.weightOffset }, epsilon: spec.norm.epsilon)
    }
    var layers: [AdaptedLayer] = []
    for index in (spec.layerCount - count)..<spec.layerCount {
      let place = "\(prefix)\(names.layer.replacing("#", with: String(index)))."
      layers.append(
        AdaptedLayer(
          attention: CausalAttention(
            heads: spec.headCount, groups: spec.keyValueHeadCount, headDim: spec.headDim,
            scale: spec.attentionScale),
          attentionNorm: try norm(place + (names.attentionNorm ?? "")),
          feedForwardNorm: try norm(place + (names.feedForwardNorm ?? "")),
          linears: try Self.linears(reader, place, spec, index)))
    }
    self.init(
      layers: layers, finalNorm: try norm("\(prefix)\(names.finalNorm)"),
      rotary: RotaryTable(spec.rotaries[0], positions: positions, length: positions))
  }

  private static func linears(
    _ reader: WeightReader, _ place: String, _ spec: DecoderSpec, _ index: Int
  ) throws(TareError) -> [AdaptedLinear] {
    guard case .gated(let size) = spec.layers[index].feedForward else { return [] }
    let (hidden, queries) = (spec.hiddenSize, spec.headCount * spec.headDim)
    let keys = spec.keyValueHeadCount * spec.headDim
    var linears: [AdaptedLinear] = []
    for kind in AdaptedLayer.Place.allCases {
      let (outputs, inputs) =
        switch kind {
        case .query: (queries, hidden)
        case .key, .value: (keys, hidden)
        case .output: (hidden, queries)
        case .gate, .up: (size, hidden)
        case .down: (hidden, size)
        }
      let hasBias =
        switch kind {
        case .query, .key, .value: spec.hasQueryKeyValueBias
        case .output: spec.hasAttentionOutputBias
        case .gate, .up, .down: spec.hasFeedForwardBias
        }
      let name = place + kind.module
      linears.append(
        AdaptedLinear(
          inputs: inputs, outputs: outputs,
          weight: try reader["\(name).weight"].values(shaped: [outputs, inputs]),
          bias: hasBias ? try reader["\(name).bias"].values(shaped: [outputs]) : nil))
    }
    return linears
  }

  private static func unsupported(_ feature: String) -> TareError {
    .badData(
      place: "adapter", found: feature,
      accepted: "a decoder with layers of Llama's kind (llama, mistral, qwen2)")
  }

  /// What the layers have that is not computed here; nil for nothing.
  private static func unsupportedFeature(
    _ spec: DecoderSpec, _ names: TensorNames, _ top: [LayerSpec], positions: Int
  ) -> String? {
    let isSeparate = if case .separate = names.attention { true } else { false }
    let hasGatedNames = if case .gated = names.feedForward { true } else { false }
    let isGated = top.allSatisfy { if case .gated = $0.feedForward { true } else { false } }
    let plain = DecoderSpec.QueryKeyNorm.none
    let checks: [(String, Bool)] = [
      ("another norm than RMS", spec.norm.kind != .rms || !spec.norm.hasWeight),
      (
        "norms after the blocks", names.attentionPostNorm != nil || names.feedForwardPostNorm != nil
      ),
      ("no norms before the blocks", names.attentionNorm == nil || names.feedForwardNorm == nil),
      ("norms of queries and keys", spec.queryKeyNorm != plain),
      ("latent attention", spec.latent != nil),
      ("an output gate", spec.outputGate != .none),
      ("attention sinks", spec.hasSinks),
      ("a soft cap", spec.attentionSoftCap != nil),
      ("scaled queries", spec.queryScaling != nil || spec.projectionLimit != nil),
      ("a scaled residual stream", spec.residualScale != 1),
      ("parallel blocks", spec.hasParallelResidual),
      ("attention to later tokens", !spec.isCausal),
      ("another activation than silu", spec.activation != .silu || spec.clampedGate != nil),
      ("fused or transposed layers", !isSeparate || !hasGatedNames || names.isTransposed),
      ("interleaved rotary pairs", spec.hasInterleavedRotary),
      ("no gated feed-forward blocks", !isGated),
      ("linear attention", top.contains(where: \.isLinear)),
      ("layers without rotary embedding", top.contains { $0.rotary != 0 }),
      ("scaled attention", top.contains { $0.attentionFactor != 1 }),
      (
        "a sliding window shorter than the longest input",
        top.contains { ($0.window ?? positions) < positions }
      ),
    ]
    return checks.first(where: \.1)?.0
  }
}
