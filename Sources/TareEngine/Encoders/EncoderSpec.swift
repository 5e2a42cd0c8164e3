/// What an encoder is, as data: BERT and what is built like it.
internal import Foundation
internal import TareCore

struct EncoderSpec: Sendable {
  var vocabularySize: Int
  var hiddenSize: Int
  /// Size of the embeddings, which are projected where it is not the hidden size.
  var embeddingSize: Int
  var headCount: Int
  var feedForwardSize: Int
  var contextLength: Int
  var norm: NormSpec
  var activation: Activation
  var layers: [Layer]
  /// Token types; 0 for none.
  var typeCount = 0
  var positions = Positions.none
  /// The rotary embeddings that layers refer to.
  var rotaries: [RotarySpec] = []
  /// Norms before the blocks and one after the last, in place of norms after them (ModernBERT).
  var isPreNorm = false
  /// Whether the first layer has a norm before its attention, where norms stand before the blocks.
  var hasFirstNorm = true
  /// Whether the embeddings have a norm.
  var hasEmbeddingNorm = true
  /// Whether embeddings are projected even where their size is the hidden size (ALBERT).
  var hasProjection = false
  /// Whether the first of the tasks' embeddings is added to all tokens (ERNIE).
  var taskCount = 0
  /// Whether the feed-forward block has gates.
  var isGated = false
  var hasAttentionBias = true
  /// Of the block's first layer, and of its second.
  var hasInnerBias = true
  var hasOuterBias = true

  struct Layer: Sendable {
    /// How far a token sees on either side; nil for all.
    var reach: Int?
    /// Index into `rotaries`; nil where nothing is turned.
    var rotary: Int?
  }

  enum Positions: Sendable, Equatable {
    case none
    /// An embedding for each position from 0 on.
    case counted
    /// Embeddings from the padding token's row on: padding has that one, and other tokens count up
    /// from it (RoBERTa).
    case afterPadding(Int)
  }

  var headDim: Int { hiddenSize / headCount }

  /// Rows of the table of positions.
  var positionRows: Int {
    if case .afterPadding(let id) = positions { return contextLength + id + 1 }
    return contextLength
  }

  var size: BodySize {
    // Wrapping, as no tensor has proved the sizes yet.
    let attention = 4 &* hiddenSize &* hiddenSize
    let block = (isGated ? 3 : 2) &* hiddenSize &* feedForwardSize
    return BodySize(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, layerCount: layers.count,
      contextLength: contextLength,
      parameterCount: vocabularySize &* embeddingSize &+ layers.count &* (attention &+ block))
  }

  /// - Throws: `TareError.badData` for sizes that do not fit each other.
  func checked(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    guard hiddenSize % headCount == 0 else {
      throw config.error(
        "num_attention_heads", "\(headCount)", "a divisor of the hidden size, \(hiddenSize)")
    }
    guard rotaries.isEmpty || headDim % 2 == 0 else {
      throw config.error("num_attention_heads", "\(headCount)", "heads of an even size")
    }
    guard contextLength > 0 else {
      throw config.error(
        "max_position_embeddings", "\(contextLength)", "more rows than the padding token's id")
    }
    return self
  }
}

extension EncoderSpec {
  /// What BERT's kin share: learned positions, norms after the blocks.
  init(
    bert config: ModelConfig, positions: Positions = .counted, types: Int = 2
  ) throws(TareError) {
    for key in ["is_decoder", "add_cross_attention"] { try config.refuse(key, unless: false) }
    try config.refuse("position_embedding_type", unless: "absolute")
    let hidden = try config.count("hidden_size", default: 768)
    let rows = try config.count("max_position_embeddings", default: 512)
    let layer = Layer(reach: nil, rotary: nil)
    self.init(
      vocabularySize: try config.count("vocab_size", default: 30522), hiddenSize: hidden,
      embeddingSize: hidden,
      headCount: try config.count("num_attention_heads", default: 12),
      feedForwardSize: try config.count("intermediate_size", default: 3072),
      contextLength: rows,
      norm: NormSpec(
        kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-12)),
      activation: try config.choice("hidden_act", Activation.names, default: .gelu),
      layers: Array(
        repeating: layer, count: try config.count("num_hidden_layers", default: 12)))
    self.positions = positions
    if case .afterPadding(let id) = positions { contextLength = rows - id - 1 }
    typeCount = config["type_vocab_size"]?.int ?? types
    guard typeCount >= 0, typeCount < 1 << 16 else {
      throw config.error("type_vocab_size", "\(typeCount)", "0 to 65,535")
    }
  }
}

/// What an encoder's tensors are called; `#` is a layer's number.
struct EncoderNames: Sendable {
  /// Prefixes with which checkpoints are saved.
  var prefixes: [String]
  var words = "embeddings.word_embeddings"
  var positions = "embeddings.position_embeddings"
  var types = "embeddings.token_type_embeddings"
  var tasks = "embeddings.task_type_embeddings"
  var embeddingNorm = "embeddings.LayerNorm"
  var projection = "embeddings_project"
  var layer = "encoder.layer.#."
  /// The place of each layer where they do not count up; several may be the same (ALBERT).
  var layers: [String] = []
  /// Queries, keys and values: one layer of all, or three.
  var queryKeyValue = ["attention.self.query", "attention.self.key", "attention.self.value"]
  var attentionOutput = "attention.output.dense"
  var attentionNorm = "attention.output.LayerNorm"
  /// One layer, of gates and ups where the block has gates.
  var inner = "intermediate.dense"
  /// Whether ups stand above gates in that one layer (GTE).
  var hasUpsFirst = false
  var outer = "output.dense"
  var outerNorm = "output.LayerNorm"
  var finalNorm = "final_norm"

  init(_ prefixes: [String]) { self.prefixes = prefixes }

  func place(_ layer: Int) -> String {
    layers.isEmpty ? self.layer.replacing("#", with: String(layer)) : layers[layer]
  }
}
