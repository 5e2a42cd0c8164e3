/// A model on disk turned into a decoder that runs.
package import TareCore

extension Decoder {
  /// Loads a decoder of a family. Tensors outside the layers that are left over are in
  /// `unusedTensors`.
  /// - Throws: `TareError.badData` for missing and misshapen tensors, and for tensors in the layers
  ///   that the family does not use, each by name.
  package convenience init(
    _ model: ModelWeights, _ family: any DecoderArchitecture.Type, threads: Int
  ) throws(TareError) {
    var spec = try family.spec(model.config).checked()
    if model.hasRoundedBuffers { spec.roundBuffers() }
    if model.seesAhead {
      guard spec.layers.allSatisfy({ $0.window == nil }) else {
        throw .badData(
          place: "attention", found: "a sliding window with attention to later tokens",
          accepted: "one of the two")
      }
      guard spec.linearAttention == nil else {
        throw .badData(
          place: "attention", found: "linear attention with attention to later tokens",
          accepted: "one of the two")
      }
      spec.isCausal = false
    }
    let reader = WeightReader(model)
    let names = try family.names(model.config)
    let isTied = try model.config.flag("tie_word_embeddings", default: family.isTiedByDefault)
    let pool = WorkerPool(threadCount: threads)
    let loader = DecoderLoader(
      reader, spec, names, isTied: isTied && model.config.isLanguageModel,
      MatrixPacking(precision: model.precision, pool: pool))
    let weights = try loader.weights()
    self.init(
      spec: spec, weights: weights, precision: model.precision, pool: pool,
      unusedTensors: try reader.leftOver(
        by: family.key, names, layers: names.hasPredictionLayers ? spec.layerCount : nil))
  }
}

extension WeightReader {
  /// Tensors that nobody asked for and that are not part of the computation.
  /// - Throws: `TareError.badData` if some of them are in the layers: the model is another than the
  ///   family.
  ///
  /// - Parameter layers: the number of layers, where what stands in later ones takes no part.
  func leftOver(
    by family: String, _ names: TensorNames = TensorNames(), layers: Int? = nil
  ) throws(TareError) -> [String] {
    // Tables and masks that older versions of transformers saved with the weights.
    let buffers = [
      "rotary_emb.inv_freq", "attention.bias", "attention.masked_bias", "attn.masked_bias",
      "attn.bias", "attn.attention.bias", "attn.attention.masked_bias", "position_ids",
    ]
    let left = unused.filter { name in !buffers.contains { name.hasSuffix($0) } }
    let place = ".\(names.layer.prefix { $0 != "#" })"
    let inside = left.filter { name in
      if let layers, let found = ".\(name)".firstRange(of: place),
        let index = Int(".\(name)"[found.upperBound...].prefix { $0 != "." }), index >= layers
      {
        return false
      }
      let isInside =
        name.contains("layers.") || name.contains("layer.") || ".\(name)".contains(place)
      // The layers of a gated head, and of a decision model's, are no layers of the model.
      let others = names.otherParts + ["gating.", "regression_layer.", "head.layers."]
      return isInside && !others.contains { name.hasPrefix($0) }
    }
    guard inside.isEmpty else {
      throw .badData(
        place: "tensors",
        found: "\(inside.count) in the layers that \(family) does not use "
          + "(\(inside.prefix(4).joined(separator: ", ")))",
        accepted: "only tensors that are part of the computation")
    }
    return left
  }
}

extension ModelConfig {
  /// Whether the checkpoint was saved as a language model.
  package var isLanguageModel: Bool {
    let endings = ["ForCausalLM", "LMHeadModel", "ForConditionalGeneration"]
    return (self["architectures"]?.array ?? []).contains { name in
      endings.contains { name.string?.hasSuffix($0) == true }
    }
  }
}
