/// What a decoder is, as data: the sizes and rules that one forward pass reads.
internal import CKernels
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

  /// Multiplies token embeddings.
  package var embeddingScale: Float = 1
  /// Multiplies query · key.
  package var attentionScale: Float
  /// Attention logits become cap · tanh(logit / cap).
  package var attentionSoftCap: Float?
  /// Next-token logits become cap · tanh(logit / cap).
  package var logitSoftCap: Float?
  package var queryKeyNorm: QueryKeyNorm = .none
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
    /// All heads as one vector (OLMo 2).
    case whole
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
    embeddingScale = embeddingScale.roundedToBFloat16
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

  package init(kind: Kind = .rms, epsilon: Double, weightOffset: Float = 0) {
    self.kind = kind
    self.epsilon = Float(epsilon)
    self.weightOffset = weightOffset
  }
}

/// What may differ from layer to layer.
package struct LayerSpec: Sendable, Equatable {
  /// Positions that a query sees, its own included; nil for all before it.
  package var window: Int?
  /// Index into `DecoderSpec.rotaries`.
  package var rotary = 0
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
  case silu, geluTanh, gelu, relu, tanh

  /// The names that config.json has for them (transformers' `ACT2FN`).
  package static let names: [String: Activation] = [
    "silu": .silu, "swish": .silu, "gelu": .gelu, "gelu_python": .gelu,
    "gelu_pytorch_tanh": .geluTanh, "gelu_new": .geluTanh, "gelu_fast": .geluTanh,
    "gelu_accurate": .geluTanh, "relu": .relu, "tanh": .tanh,
  ]

  var kernel: TareActivation {
    switch self {
    case .silu: TARE_SILU
    case .geluTanh: TARE_GELU_TANH
    case .gelu: TARE_GELU
    case .relu: TARE_RELU
    case .tanh: TARE_TANH
    }
  }
}
