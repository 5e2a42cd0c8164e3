/// The sizes and switches of a T5, as config.json has them.
internal import Foundation
internal import TareCore

struct T5Spec: Sendable {
  let vocabularySize: Int
  let hiddenSize: Int
  let headCount: Int
  let headDim: Int
  let feedForwardSize: Int
  let encoderLayers: Int
  let decoderLayers: Int
  /// Of the RMS norms.
  let epsilon: Float
  let activation: Activation
  let isGated: Bool
  /// Buckets of distances, half of them for keys after the query.
  let buckets: Int
  /// The distance beyond which all share a bucket.
  let farthest: Int
  /// The decoder's first token.
  let startToken: Int

  /// Distances have buckets, so that there is no longest text; this is what the evaluation of SteamSHP in
  /// RewardBench takes.
  static let contextLength = 2048

  init(_ config: ModelConfig) throws(TareError) {
    try config.refuse("is_encoder_decoder", unless: true)
    vocabularySize = try config.count("vocab_size", default: 32128)
    hiddenSize = try config.count("d_model", default: 512)
    headCount = try config.count("num_heads", default: 8)
    headDim = try config.count("d_kv", default: 64)
    feedForwardSize = try config.count("d_ff", default: 2048)
    encoderLayers = try config.count("num_layers", default: 6)
    decoderLayers = try config.count("num_decoder_layers", default: encoderLayers)
    epsilon = Float(try config.number("layer_norm_epsilon", default: 1e-6))
    buckets = try config.count("relative_attention_num_buckets", default: 32)
    farthest = try config.count("relative_attention_max_distance", default: 128)
    guard buckets % 4 == 0, farthest > buckets / 4 else {
      throw config.error(
        "relative_attention_num_buckets", "\(buckets)",
        "a multiple of 4, and less than 4 times the largest distance, \(farthest)")
    }
    let kind = try config.text("feed_forward_proj") ?? "relu"
    isGated = kind.hasPrefix("gated-")
    let name = isGated ? String(kind.dropFirst("gated-".count)) : kind
    // transformers keeps the meaning that the first checkpoints gave it.
    guard let found = kind == "gated-gelu" ? .geluTanh : Activation.names[name] else {
      throw config.error(
        "feed_forward_proj", "'\(kind)'", "an activation, or gated- and an activation")
    }
    activation = found
    startToken = config["decoder_start_token_id"]?.int ?? config["pad_token_id"]?.int ?? 0
    guard startToken >= 0, startToken < vocabularySize else {
      throw config.error(
        "decoder_start_token_id", "\(startToken)", "an id below \(vocabularySize)")
    }
  }

  /// Width of all heads, which need not be the hidden size.
  var innerSize: Int { headCount * headDim }

  var size: BodySize {
    // Wrapping, as no tensor has proved the sizes yet.
    let attention = 4 &* hiddenSize &* innerSize
    let block = (isGated ? 3 : 2) &* hiddenSize &* feedForwardSize
    return BodySize(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize,
      layerCount: encoderLayers + decoderLayers, contextLength: Self.contextLength,
      parameterCount: vocabularySize &* hiddenSize &+ encoderLayers &* (attention &+ block)
        &+ decoderLayers &* (2 &* attention &+ block))
  }

  /// The bucket of a key's position less its query's, of both directions, as transformers computes it in
  /// float32.
  func bucket(_ distance: Int) -> Int {
    let half = buckets / 2
    let exact = half / 2
    let start = distance > 0 ? half : 0
    let length = abs(distance)
    guard length >= exact else { return start + length }
    let share =
      log(Float(length) / Float(exact)) / Float(log(Double(farthest) / Double(exact)))
      * Float(half - exact)
    return start + min(exact + Int(share), half - 1)
  }
}
