/// What a decoder is, as data: the sizes and rules that one forward pass reads.
internal import CKernels
internal import Foundation
internal import TareCore

package struct DecoderSpec: Sendable, Equatable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var headCount: Int
  /// Query heads share key and value heads in groups of headCount / keyValueHeadCount.
  /// Layers may have others; this is the most of any.
  package var keyValueHeadCount: Int
  /// Layers may have others; this is the largest.
  package var headDim: Int
  /// Positions the model was trained for, before its rotary embedding is stretched.
  package var contextLength: Int
  package var norm: NormSpec
  /// What differs from layer to layer, [layerCount].
  package var layers: [LayerSpec]
  /// The rotary embeddings that layers refer to.
  package var rotaries: [RotarySpec]

  /// Positions that have an embedding of their own, which is added to the token's; nil for none.
  package var learnedPositions: LearnedPositions?
  /// Multiplies token embeddings.
  package var embeddingScale: Float = 1
  /// Whether that is a table of the model, which rounds with it (Gemma), and no plain number.
  package var hasEmbeddingScaleBuffer = false
  /// Multiplies what each block adds to the residual stream.
  package var residualScale: Float = 1
  /// Multiplies query · key.
  package var attentionScale: Float
  /// Attention logits become cap · tanh(logit / cap).
  package var attentionSoftCap: Float?
  /// Next-token logits become cap · tanh(logit / cap).
  package var logitSoftCap: Float?
  /// Multiplies next-token logits, before the cap.
  package var logitScale: Float = 1
  /// Queries, keys and values are cut off at ± this.
  package var projectionLimit: Float?
  /// What attention logits of each head lose for each position between key and query (ALiBi, arXiv
  /// 2108.12409), [headCount]; empty for nothing.
  package var slopes: [Float] = []
  /// Multiplies queries by their position.
  package var queryScaling: QueryScaling?
  package var queryKeyNorm: QueryKeyNorm = .none
  /// Whether heads have a logit that takes a share of attention's mass and gives nothing (gpt-oss).
  package var hasSinks = false
  /// Whether the heads of values are normed, without weights (Gemma 4).
  package var hasValueNorm = false
  /// What each layer takes of the tokens themselves, after its blocks (Gemma 4); nil for nothing.
  package var layerInput: LayerInputSpec?
  /// Whether a number of the layer multiplies the stream after it.
  package var hasLayerScale = false
  /// Queries, keys and values made of shorter vectors (DeepSeek); nil for none.
  package var latent: LatentSpec?
  /// Gates that are cut off, in place of `activation` (gpt-oss); nil for none.
  package var clampedGate: ClampedGate?
  /// The norm of queries and keys, where it is another than that of the layers.
  package var queryKeyNormSpec: NormSpec?
  /// Whether queries and keys are normed after they are turned (HunYuan).
  package var isNormAfterRotation = false
  /// Whether the halves of each rotary pair stand side by side in the checkpoint, and not half a
  /// rotary size apart. They are put apart when the weights are loaded.
  package var hasInterleavedRotary = false
  package var outputGate: OutputGate = .none
  /// Whether each head's gates stand after its query, and not after those of its group.
  package var hasGateBesideHead = false
  /// The sizes of the layers with linear attention; nil for none.
  package var linearAttention: LinearAttentionSpec?
  package var hasQueryKeyValueBias = false
  package var hasAttentionOutputBias = false
  package var hasFeedForwardBias = false
  /// Attention and feed-forward block both read the layer's input (GPT-NeoX).
  package var hasParallelResidual = false
  /// Whether a token sees those before it and itself alone; otherwise all of its sequence.
  package var isCausal = true
  package var activation: Activation = .silu

  package enum QueryKeyNorm: Sendable, Equatable {
    case none
    /// Each head by itself, the weights shared (Qwen3, Gemma 3).
    case head
    /// Each head by itself, with weights of its own (Cohere, StableLM).
    case ownHead
    /// All heads as one vector (OLMo 2).
    case whole
  }

  /// (up + 1) · gate · sigmoid(alpha · gate), both cut off at `limit`.
  package struct ClampedGate: Sendable, Equatable {
    package var alpha: Float
    package var limit: Float
  }

  package struct LearnedPositions: Sendable, Equatable {
    package var count: Int
    /// The row of position 0.
    package var offset = 0
  }

  /// 1 + beta · log(1 + ⌊position / length⌋) (Llama 4, Ministral 3).
  package struct QueryScaling: Sendable, Equatable {
    package var beta: Float
    package var length: Float

    func factor(at position: Int) -> Float {
      1 + beta * log(1 + (Float(position) / length).rounded(.down))
    }
  }

  /// Attention's output is multiplied by the sigmoid of gates that the queries' projection gives,
  /// before the output projection (arXiv 2505.06708).
  package enum OutputGate: Sendable, Equatable {
    case none, headwise, elementwise
  }

  package var layerCount: Int { layers.count }

  /// Gate values of a row.
  var gateWidth: Int {
    switch outputGate {
    case .none: 0
    case .headwise: headCount
    case .elementwise: headCount * headDim
    }
  }

  /// Queries, keys, values and gates of a row, in the widest layer or wider.
  var attentionWidth: Int { (headCount + 2 * keyValueHeadCount) * headDim + gateWidth }

  /// Parameters of the layers, embeddings not counted, that one token meets: of a mixture's experts
  /// the chosen ones. Sums wrap, as sizes are read before any tensor has proved them.
  package var bodyParameterCount: Int { parameters(active: true) }

  /// Parameters of the layers and the embedding.
  package var parameterCount: Int {
    parameters(active: false) &+ vocabularySize &* hiddenSize
      &+ (layerInput.map { $0.vocabularySize &* $0.size &* layerCount } ?? 0)
  }

  private func parameters(active: Bool) -> Int {
    let extra = layerInput.map { 3 &* $0.size &* hiddenSize } ?? 0
    return layers.indices.reduce(hiddenSize) { total, index in
      let (layer, heads) = (layers[index], heads(index))
      let rows = heads.projectedWidth &+ heads.queryWidth
      let attention = latent?.parameters(hiddenSize, heads: headCount) ?? rows &* hiddenSize
      return total &+ (layer.isLinear ? linearAttention?.parameters(hiddenSize) ?? 0 : attention)
        &+ 2 &* hiddenSize &+ extra
        &+ layer.feedForward.parameters(hiddenSize, active: active)
    }
  }

  /// Rounds what is computed from the configuration to bfloat16.
  mutating func roundBuffers() {
    if hasEmbeddingScaleBuffer { embeddingScale = embeddingScale.roundedToBFloat16 }
    if let scale = layerInput?.scale { layerInput?.scale = scale.roundedToBFloat16 }
    for index in rotaries.indices { rotaries[index].isRounded = true }
  }

  /// - Throws: `TareError.badData` where sizes do not fit each other.
  func checked() throws(TareError) -> DecoderSpec {
    func bad(_ place: String, _ found: Int, _ accepted: String) -> TareError {
      .badData(place: place, found: "\(found)", accepted: accepted)
    }
    for heads in layers.indices.map({ heads($0) }) {
      guard headCount % heads.groups == 0 else {
        throw bad("key-value heads", heads.groups, "a divisor of the \(headCount) heads")
      }
      guard heads.dim % 2 == 0, heads.dim <= Int(TARE_MAX_HEAD_DIM) else {
        throw bad("head size", heads.dim, "an even number up to \(TARE_MAX_HEAD_DIM)")
      }
    }
    for (index, layer) in layers.enumerated() {
      guard let rotary = layer.rotary, rotaries.indices.contains(rotary) else { continue }
      guard rotaries[rotary].dim <= heads(index).dim else {
        throw bad("rotary size", rotaries[rotary].dim, "the head size, \(heads(index).dim)")
      }
    }
    for rotary in rotaries where rotary.dim % 2 != 0 || rotary.dim > headDim || rotary.dim < 2 {
      throw bad("rotary size", rotary.dim, "an even number up to the head size, \(headDim)")
    }
    for layer in layers {
      guard case .mixture(let mixture) = layer.feedForward else { continue }
      guard mixture.chosen <= mixture.experts else {
        throw bad(
          "experts of a token", mixture.chosen, "at most the number of experts, \(mixture.experts)")
      }
      if let groups = mixture.groups {
        guard mixture.experts % groups.count == 0 else {
          throw bad(
            "groups of experts", groups.count, "a divisor of the \(mixture.experts) experts")
        }
        guard groups.chosen <= groups.count else {
          throw bad("chosen groups", groups.chosen, "at most the number of groups, \(groups.count)")
        }
        guard !groups.isByTwo || mixture.experts / groups.count > 1 else {
          throw bad("groups of experts", groups.count, "groups of two experts at least")
        }
      }
    }
    return self
  }
}

/// The norms of a decoder.
package struct NormSpec: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// x / √(mean(x²) + ε) · weight
    case rms
    /// (x − mean) / √(variance + ε) · weight + bias
    case layer
  }

  package var kind: Kind = .rms
  package var epsilon: Float
  /// Added to the stored weights when they are loaded: 1 for Gemma.
  package var weightOffset: Float = 0
  /// Whether the checkpoint has weights; without, all are 1.
  package var hasWeight = true
  /// Whether a layer norm has a bias.
  package var hasBias = true

  package init(
    kind: Kind = .rms, epsilon: Double, weightOffset: Float = 0, hasWeight: Bool = true,
    hasBias: Bool = true
  ) {
    self.kind = kind
    self.epsilon = Float(epsilon)
    self.weightOffset = weightOffset
    self.hasWeight = hasWeight
    self.hasBias = hasBias
  }
}

/// What may differ from layer to layer.
package struct LayerSpec: Sendable, Equatable {
  /// Positions that a query sees, its own included; nil for all before it.
  package var window: Int?
  /// Index into `DecoderSpec.rotaries`; nil where queries and keys are not turned.
  package var rotary: Int? = 0
  /// Multiplies query · key beside `DecoderSpec.attentionScale`.
  package var attentionFactor: Float = 1
  package var feedForward: FeedForwardSpec
  /// Whether it has linear attention.
  package var isLinear = false
  /// The size of its heads and the number of those of keys and values, where they are not those of all
  /// layers.
  package var headDim: Int?
  package var keyValueHeadCount: Int?
  /// The layer whose keys and values it reads; nil for its own.
  package var keysFrom: Int?
  /// Whether values are the projected keys (Gemma 4).
  package var hasKeysForValues = false
}

package enum FeedForwardSpec: Sendable, Equatable {
  /// down(activation(gate x) · up x)
  case gated(size: Int)
  /// down(activation(up x))
  case plain(size: Int)
  case mixture(MixtureSpec)

  func parameters(_ hidden: Int, active: Bool) -> Int {
    switch self {
    case .gated(let size): 3 &* size &* hidden
    case .plain(let size): 2 &* size &* hidden
    case .mixture(let mixture):
      (active ? mixture.chosen : mixture.experts) &* 3 &* mixture.size &* hidden
        &+ 3 &* (mixture.shared?.size ?? 0) &* hidden &+ mixture.experts &* hidden
    }
  }
}

/// Multi-head latent attention: what heads are made of is projected from vectors of a lower rank.
package struct LatentSpec: Sendable, Equatable {
  /// nil where queries are projected from the layer's input.
  package var queryRank: Int?
  package var keyValueRank: Int
  /// Values of a query's or key's head that are not turned.
  package var plainDim: Int
  /// Values that are; a key's are the same in all heads.
  package var turnedDim: Int
  package var valueDim: Int
  /// Whether the projections from the layer's input have biases.
  package var hasBias = false
  /// Of the norms of both vectors.
  package var epsilon: Float = 1e-6

  /// The size of all heads: shorter ones are filled up with zeros.
  var headDim: Int { (max(plainDim + turnedDim, valueDim) + 1) / 2 * 2 }
  var keyDim: Int { plainDim + turnedDim }

  func parameters(_ hidden: Int, heads: Int) -> Int {
    let queries = queryRank.map { $0 &* (hidden &+ heads &* keyDim) } ?? hidden &* heads &* keyDim
    return queries &+ hidden &* (keyValueRank &+ turnedDim)
      &+ keyValueRank &* heads &* (plainDim &+ valueDim) &+ heads &* valueDim &* hidden
  }
}

/// A mixture of experts: a router gives each token some of the experts.
package struct MixtureSpec: Sendable, Equatable {
  package var experts: Int
  /// Experts of a token.
  package var chosen: Int
  /// Each expert's inner size.
  package var size: Int
  /// Whether the chosen experts' weights are divided by their sum.
  package var isNormalised: Bool
  package var router: RouterSpec = .linear
  /// What the router's logits become before the largest are chosen.
  package var scoring: Scoring = .softmax
  /// Whether a number is added to each score for the choice, and not for the weight.
  package var hasChoiceBias = false
  /// Groups of experts of which some are chosen first; nil for none.
  package var groups: Groups?
  /// Whether the router and the experts' layers have biases (gpt-oss).
  package var hasLayerBias = false
  /// What the mixture's output is multiplied by, after its bias is added.
  package var weight: Float = 1
  /// Whether a vector is added to the experts' sum.
  package var hasBias = false
  /// An expert that every token has; nil for none.
  package var shared: Shared?
  /// Whether the router's input, the experts' and both outputs have norms of their own, and each expert
  /// a scale (Gemma 4).
  package var hasOwnNorms = false

  package struct Shared: Sendable, Equatable {
    package var size: Int
    /// What its output is multiplied by.
    package var weight: Float
    /// Whether its output is multiplied by the sigmoid of a number of the token too.
    package var hasGate = false
    package var hasBias = false
  }

  package enum Scoring: Sendable, Equatable {
    case softmax
    case sigmoid
    /// Two experts, each weighed against those that are near it (Phi-3.5-MoE).
    case sparseMixer(jitter: Float)
  }

  package struct Groups: Sendable, Equatable {
    package var count: Int
    package var chosen: Int
    /// A group counts by its two best experts together, or by its best alone.
    package var isByTwo: Bool
  }
}

/// A vector of each token for each layer, in part from a table and in part from the token's embedding,
/// which lets through a gate of the layer's stream.
package struct LayerInputSpec: Sendable, Equatable {
  package var size: Int
  /// Rows of the table.
  package var vocabularySize: Int
  /// Multiplies what the table says.
  package var scale: Float
}

package enum RouterSpec: Sendable, Equatable {
  /// softmax(weight · x)
  case linear
  /// softmax(weight2 · h), where h carries over from layer to layer (arXiv 2408.06793).
  case recurrent(RecurrentKind, size: Int)
}

package enum RecurrentKind: Sendable, Equatable {
  case gru, rnn
}

package enum Activation: Sendable, Equatable {
  case silu, geluTanh, gelu, relu, tanh, relu2

  /// The names that config.json has for them (transformers' `ACT2FN`).
  package static let names: [String: Activation] = [
    "silu": .silu, "swish": .silu, "gelu": .gelu, "gelu_python": .gelu,
    "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
    "gelu_accurate": .geluTanh, "relu": .relu, "tanh": .tanh,
    "relu2": .relu2,
  ]

  var kernel: TareActivation {
    switch self {
    case .silu: TARE_SILU
    case .geluTanh: TARE_GELU_TANH
    case .gelu: TARE_GELU
    case .relu: TARE_RELU
    case .tanh: TARE_TANH
    case .relu2: TARE_RELU2
    }
  }
}
