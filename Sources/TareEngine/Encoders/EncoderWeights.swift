/// The weights of an encoder in float32.
internal import TareCore

struct EncoderWeights: Sendable {
  /// [vocabularySize, embeddingSize]; nil where the states are given.
  let words: WeightTable?
  /// [positionRows, embeddingSize]; nil where positions have no embeddings.
  let positions: WeightTable?
  /// [typeCount, embeddingSize]
  let types: [Float]?
  /// Of the embeddings; nil where they have none and where the states are given.
  let norm: NormWeights?
  /// [hiddenSize, embeddingSize], where the sizes differ.
  let projection: LinearWeights?
  let layers: [Layer]
  /// After the last layer; nil where norms stand after the blocks.
  let finalNorm: NormWeights?

  struct Layer: Sendable {
    /// [3·hiddenSize, hiddenSize]
    let queryKeyValue: LinearWeights
    let output: LinearWeights
    /// Before attention or after it; nil in a first layer whose input is normed already.
    let attentionNorm: NormWeights?
    let block: BlockWeights
    let outerNorm: NormWeights
  }

  /// Layers alone, for states that are given.
  init(layers: [Layer]) {
    (words, positions, types, norm, projection, finalNorm) = (nil, nil, nil, nil, nil, nil)
    self.layers = layers
  }

  init(
    _ reader: WeightReader, _ spec: EncoderSpec, _ names: EncoderNames, _ packing: MatrixPacking
  ) throws(TareError) {
    let prefix =
      reader.prefix(of: "\(names.words).weight", among: names.prefixes) ?? names.prefixes[0]
    let (hidden, embedding) = (spec.hiddenSize, spec.embeddingSize)
    words = try reader["\(prefix)\(names.words).weight"].table(
      rows: spec.vocabularySize, columns: embedding)
    positions =
      spec.positions == .none
      ? nil
      : try reader["\(prefix)\(names.positions).weight"].table(
        rows: spec.positionRows, columns: embedding)
    var types =
      spec.typeCount > 0
      ? try reader["\(prefix)\(names.types).weight"].values(shaped: [spec.typeCount, embedding])
      : nil
    if spec.taskCount > 0 {
      // Every token's, so it may stand with the types.
      let tasks = try reader["\(prefix)\(names.tasks).weight"].values(
        shaped: [spec.taskCount, embedding])
      types = types?.enumerated().map { $1 + tasks[$0 % embedding] }
    }
    self.types = types
    norm =
      spec.hasEmbeddingNorm
      ? try NormWeights(reader, prefix + names.embeddingNorm, width: embedding, spec.norm) : nil
    func linear(
      _ rows: LinearRows, _ columns: Int, _ hasBias: Bool
    ) throws(TareError) -> LinearWeights {
      try LinearWeights(reader, rows, columns: columns, hasBias: hasBias, packing)
    }
    projection =
      embedding == hidden && !spec.hasProjection
      ? nil : try linear(LinearRows(prefix + names.projection, rows: hidden), embedding, true)
    var layers: [Layer] = []
    var places: [String: Int] = [:]
    for index in spec.layers.indices {
      let place = prefix + names.place(index)
      if let earlier = places.updateValue(index, forKey: place) {
        layers.append(layers[earlier])
        continue
      }
      let parts = names.queryKeyValue.map {
        LinearRows.Part(place + $0, rows: 3 * hidden / names.queryKeyValue.count)
      }
      let size = spec.feedForwardSize
      let inner = LinearRows(
        [
          .init(
            place + names.inner, rows: spec.isGated ? 2 * size : size,
            picked: names.hasUpsFirst ? [size..<(2 * size), 0..<size] : nil)
        ], areInterleaved: spec.isGated)
      layers.append(
        Layer(
          queryKeyValue: try linear(LinearRows(parts), hidden, spec.hasAttentionBias),
          output: try linear(
            LinearRows(place + names.attentionOutput, rows: hidden), hidden,
            spec.hasAttentionBias),
          attentionNorm: !spec.hasFirstNorm && index == 0
            ? nil : try NormWeights(reader, place + names.attentionNorm, width: hidden, spec.norm),
          block: BlockWeights(
            input: try linear(inner, hidden, spec.hasInnerBias),
            down: try linear(
              LinearRows(place + names.outer, rows: hidden), size, spec.hasOuterBias)),
          outerNorm: try NormWeights(reader, place + names.outerNorm, width: hidden, spec.norm)))
    }
    self.layers = layers
    finalNorm =
      spec.isPreNorm
      ? try NormWeights(reader, prefix + names.finalNorm, width: hidden, spec.norm) : nil
  }
}
