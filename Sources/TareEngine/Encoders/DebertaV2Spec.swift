/// The sizes and switches of a DeBERTa-v2, as config.json has them.
internal import Foundation
internal import TareCore

struct DebertaV2Spec: Sendable {
  let vocabularySize: Int
  let hiddenSize: Int
  /// Size of the embeddings, which are projected where it is not the hidden size.
  let embeddingSize: Int
  let layerCount: Int
  let headCount: Int
  let headDim: Int
  let feedForwardSize: Int
  let contextLength: Int
  let epsilon: Float
  let activation: Activation
  let hasPositions: Bool
  /// Token types; 0 for none.
  let typeCount: Int
  /// What scores are divided by: it counts the kinds of positions even where none are looked at.
  let scale: Float
  /// Whether tensors are those of the first version: queries, keys and values packed by head, and biases of
  /// queries and values alone.
  private(set) var isFirst = false
  /// nil where attention does not look at relative positions.
  let relative: Relative?
  /// nil without a convolution after the first layer.
  let convolution: Convolution?

  struct Relative: Sendable {
    /// Buckets of distances on each side; as many embeddings stand for them twice over.
    let span: Int
    /// Buckets that grow with the logarithm of the distance; nil for one a distance.
    let buckets: Int?
    /// The distance beyond which all share a bucket.
    let farthest: Int
    /// Content to position, and position to content.
    let hasC2P: Bool
    let hasP2C: Bool
    /// Whether positions are projected as contents are.
    let sharesKeys: Bool
    let isNormed: Bool
  }

  struct Convolution: Sendable {
    let width: Int
    let activation: Activation
  }

  init(_ config: ModelConfig) throws(TareError) {
    vocabularySize = try config.count("vocab_size")
    hiddenSize = try config.count("hidden_size")
    embeddingSize = try config.count("embedding_size", default: hiddenSize)
    layerCount = try config.count("num_hidden_layers")
    headCount = try config.count("num_attention_heads")
    headDim = try config.count("attention_head_size", default: hiddenSize / headCount)
    guard headDim * headCount == hiddenSize else {
      throw config.error(
        config["attention_head_size"] == nil ? "num_attention_heads" : "attention_head_size",
        "\(headCount)", "a divisor of the hidden size, \(hiddenSize)")
    }
    feedForwardSize = try config.count("intermediate_size")
    contextLength = try config.count("max_position_embeddings", default: 512)
    epsilon = Float(try config.number("layer_norm_eps", default: 1e-7))
    activation = try config.choice("hidden_act", Activation.names, default: .gelu)
    try config.refuse("pooler_hidden_size", unless: .int(hiddenSize))
    scale = Float(headDim * (1 + Set(try Self.kinds(config)).count)).squareRoot()
    hasPositions = try config.flag("position_biased_input", default: true)
    typeCount = config["type_vocab_size"]?.int ?? 0
    relative =
      try config.flag("relative_attention") ? Relative(config, contextLength: contextLength) : nil
    let width = config["conv_kernel_size"]?.int ?? 0
    if width > 0 {
      try config.refuse("conv_groups", unless: 1)
      guard width % 2 == 1 else {
        throw config.error("conv_kernel_size", "\(width)", "an odd number")
      }
      convolution = Convolution(
        width: width, activation: try config.choice("conv_act", Activation.names, default: .tanh))
    } else {
      convolution = nil
    }
  }

  /// DeBERTa's first version.
  init(first config: ModelConfig) throws(TareError) {
    try config.refuse("talking_head", unless: false)
    for key in ["position_buckets", "share_att_key", "norm_rel_ebd", "conv_kernel_size"]
    where config[key] != nil {
      throw config.error(key, config[key]?.text() ?? "", "nothing, in this version")
    }
    try self.init(
      config.filled([
        "vocab_size": 50265, "hidden_size": 768, "num_hidden_layers": 12,
        "num_attention_heads": 12, "intermediate_size": 3072,
      ]).replacing(["attention_head_size": .null]))
    isFirst = true
  }

  var size: BodySize {
    // Wrapping, as no tensor has proved the sizes yet.
    let attention = 4 &* hiddenSize &* hiddenSize
    let layer =
      attention &+ 2 &* hiddenSize &* feedForwardSize &+ 9 &* hiddenSize &+ feedForwardSize
    return BodySize(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, layerCount: layerCount,
      contextLength: contextLength,
      parameterCount: vocabularySize &* embeddingSize &+ layerCount &* layer
        &+ (relative.map { 2 &* $0.span &* hiddenSize } ?? 0))
  }

  /// The names of what attention looks at beside contents: a list, or with a bar between them.
  fileprivate static func kinds(_ config: ModelConfig) throws(TareError) -> [String] {
    let kinds =
      config["pos_att_type"]?.array?.compactMap(\.string)
      ?? config["pos_att_type"]?.string?.split(separator: "|").map(String.init) ?? []
    if let other = kinds.first(where: { !["c2p", "p2c"].contains($0) }) {
      throw config.error("pos_att_type", "'\(other)'", "c2p, p2c")
    }
    return kinds
  }
}

extension DebertaV2Spec.Relative {
  fileprivate init(_ config: ModelConfig, contextLength: Int) throws(TareError) {
    /// A number below 1 stands for none.
    func bounded(_ key: String) throws(TareError) -> Int {
      (config[key]?.int).map { $0 < 1 } == true ? -1 : try config.optionalCount(key) ?? -1
    }
    let farthest = try bounded("max_relative_positions")
    self.farthest = farthest < 1 ? contextLength : farthest
    let buckets = try bounded("position_buckets")
    self.buckets = buckets > 0 ? buckets : nil
    span = buckets > 0 ? buckets : self.farthest
    // The logarithm needs distances beyond half the buckets.
    guard buckets < 1 || buckets > 1 && self.farthest - 1 > buckets / 2 else {
      throw config.error(
        "position_buckets", "\(buckets)", "2 to twice the farthest distance, \(self.farthest)")
    }
    let kinds = try DebertaV2Spec.kinds(config)
    hasC2P = kinds.contains("c2p")
    hasP2C = kinds.contains("p2c")
    sharesKeys = try config.flag("share_att_key")
    isNormed = try config.choice(
      "norm_rel_ebd", ["none": false, "layer_norm": true], default: false)
  }

  /// The place of each distance from -(count − 1) to count − 1 among the 2·span embeddings.
  ///
  /// As transformers computes it, in float32: distances up to half the buckets have one each, beyond
  /// that the bucket grows with the logarithm.
  func places(count: Int) -> [Int] {
    (-(count - 1)...(count - 1)).map { distance in
      min(max(bucket(distance) + span, 0), 2 * span - 1)
    }
  }

  private func bucket(_ distance: Int) -> Int {
    guard let buckets else { return distance }
    let middle = buckets / 2
    guard abs(distance) > middle else { return distance }
    let share =
      log(Float(abs(distance)) / Float(middle)) / log(Float(farthest - 1) / Float(middle))
    let place = Int((share * Float(middle - 1)).rounded(.up)) + middle
    return distance < 0 ? -place : place
  }
}
