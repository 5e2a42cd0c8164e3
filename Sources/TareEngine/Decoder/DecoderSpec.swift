/// What a decoder is, as data: the sizes and rules that one forward pass reads.
internal import CKernels
internal import Foundation
internal import TareCore

package struct DecoderSpec: Sendable, Equatable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var headCount: Int
  /// Query heads share key and value heads in groups of headCount / keyValueHeadCount.
  package var keyValueHeadCount: Int
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
  /// Multiplies queries by their position.
  package var queryScaling: QueryScaling?
  package var queryKeyNorm: QueryKeyNorm = .none
  /// The norm of queries and keys, where it is another than that of the layers.
  package var queryKeyNormSpec: NormSpec?
  /// Whether queries and keys are normed after they are turned (HunYuan).
  package var isNormAfterRotation = false
  /// Whether the halves of each rotary pair stand side by side in the checkpoint, and not half a
  /// rotary size apart. They are put apart when the weights are loaded.
  package var hasInterleavedRotary = false
  package var outputGate: OutputGate = .none
  package var hasQueryKeyValueBias = false
  package var hasAttentionOutputBias = false
  package var hasFeedForwardBias = false
  /// Attention and feed-forward block both read the layer's input (GPT-NeoX).
  package var hasParallelResidual = false
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

  /// Queries, keys, values and gates of a row.
  var attentionWidth: Int { (headCount + 2 * keyValueHeadCount) * headDim + gateWidth }

  /// Parameters of the layers, embeddings not counted, that one token meets: of a mixture's experts
  /// the chosen ones. Sums wrap, as sizes are read before any tensor has proved them.
  package var bodyParameterCount: Int { parameters(active: true) }

  /// Parameters of the layers and the embedding.
  package var parameterCount: Int {
    parameters(active: false) &+ vocabularySize &* hiddenSize
  }

  private func parameters(active: Bool) -> Int {
    let rows = (2 * headCount + 2 * keyValueHeadCount) &* headDim &+ gateWidth
    return layers.reduce(hiddenSize) { total, layer in
      total &+ (rows &+ 2) &* hiddenSize
        &+ layer.feedForward.parameters(hiddenSize, active: active)
    }
  }

  /// Rounds what is computed from the configuration to bfloat16.
  mutating func roundBuffers() {
    if hasEmbeddingScaleBuffer { embeddingScale = embeddingScale.roundedToBFloat16 }
    for index in rotaries.indices { rotaries[index].isRounded = true }
  }

  /// - Throws: `TareError.badData` where sizes do not fit each other.
  func checked() throws(TareError) -> DecoderSpec {
    func bad(_ place: String, _ found: Int, _ accepted: String) -> TareError {
      .badData(place: place, found: "\(found)", accepted: accepted)
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw bad("key-value heads", keyValueHeadCount, "a divisor of the \(headCount) heads")
    }
    guard headDim % 2 == 0, headDim <= Int(TARE_MAX_HEAD_DIM) else {
      throw bad("head size", headDim, "an even number up to \(TARE_MAX_HEAD_DIM)")
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
  /// What the mixture's output is multiplied by, after its bias is added.
  package var weight: Float = 1
  /// Whether a vector is added to the experts' sum.
  package var hasBias = false
  /// An expert that every token has; nil for none.
  package var shared: Shared?

  package struct Shared: Sendable, Equatable {
    package var size: Int
    /// What its output is multiplied by.
    package var weight: Float
  }
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
