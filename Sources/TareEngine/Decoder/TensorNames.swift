/// What the tensors of a family are called, as data.

/// Names below the model's prefix ("model."); `#` is a number. The defaults are Llama's.
package struct TensorNames: Sendable {
  /// Prefixes with which checkpoints of the family are saved.
  package var prefixes = ["model.", ""]
  package var embedding = "embed_tokens"
  /// The positions' own embeddings.
  package var positions = "wpe"
  /// The norm of the embeddings; nil for a family without one.
  package var embeddingNorm: String?
  package var finalNorm = "norm"
  package var layer = "layers.#"
  /// The language-model head; it stands outside the prefix.
  package var output = "lm_head"

  package var attention: AttentionLayout = .separate(
    query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj")
  package var attentionOutput = "self_attn.o_proj"
  /// `#` is the head, where each has a tensor of its own.
  package var queryNorm = "self_attn.q_norm"
  package var keyNorm = "self_attn.k_norm"

  /// Norms before and after the two blocks; nil where the family has none there.
  package var attentionNorm: String? = "input_layernorm"
  package var attentionPostNorm: String?
  package var feedForwardNorm: String? = "post_attention_layernorm"
  package var feedForwardPostNorm: String?

  package var feedForward: FeedForwardLayout = .gated(
    gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj")
  package var mixture = MixtureNames()
  package var layerInput = LayerInputNames()
  /// The number that multiplies the stream after a layer.
  package var layerScale = "layer_scalar"
  package var latent = LatentNames()
  package var sinks = "self_attn.sinks"
  /// What parts of names are in other files of the family, and here; put in place when a folder is
  /// opened.
  package var spellings: [(stored: String, own: String)] = []
  /// Whether checkpoints hold layers after the last that predict further tokens.
  package var hasPredictionLayers = false
  /// Whether matrices stand as [inputs, outputs] (GPT-2's Conv1D).
  package var isTransposed = false
  /// How tensors of other parts of the model begin, which take no part in what texts alone give.
  package var otherParts: [String] = []

  /// Layers with linear attention; nil for a family without.
  package var linearAttention: LinearAttentionNames?

  package struct LinearAttentionNames: Sendable {
    package var place = "linear_attn."
    package var output = "linear_attn.out_proj"
    /// Whether queries, gates, weights and decays have layers of their own.
    package var isSplit = false

    package init(isSplit: Bool = false) { self.isSplit = isSplit }
  }

  package init() {}

  package enum AttentionLayout: Sendable {
    case separate(query: String, key: String, value: String)
    /// Queries, keys and values one under another.
    case stacked(String)
    /// For each key-value head its queries, its key and its value.
    case grouped(String)
  }

  package enum FeedForwardLayout: Sendable {
    case gated(gate: String, up: String, down: String)
    /// Gate above up in one layer.
    case stacked(gateUp: String, down: String)
    case plain(up: String, down: String)
  }

  package struct LatentNames: Sendable {
    package var query = "self_attn.q_proj"
    package var queryDown = "self_attn.q_a_proj"
    package var queryNorm = "self_attn.q_a_layernorm"
    package var queryUp = "self_attn.q_b_proj"
    package var keyValueDown = "self_attn.kv_a_proj_with_mqa"
    package var keyValueNorm = "self_attn.kv_a_layernorm"
    package var keyValueUp = "self_attn.kv_b_proj"
  }

  package struct LayerInputNames: Sendable {
    /// The table, and what is the same in all layers, below the model's prefix.
    package var table = "embed_tokens_per_layer"
    package var projection = "per_layer_model_projection"
    package var projectionNorm = "per_layer_projection_norm"
    package var gate = "per_layer_input_gate"
    package var output = "per_layer_projection"
    package var outputNorm = "post_per_layer_input_norm"
  }

  package struct MixtureNames: Sendable {
    package var router = "mlp.gate"
    package var expertGate = "mlp.experts.#.gate_proj"
    package var expertUp = "mlp.experts.#.up_proj"
    package var expertDown = "mlp.experts.#.down_proj"
    package var sharedGate = "mlp_share.gate_proj"
    package var sharedUp = "mlp_share.up_proj"
    package var sharedDown = "mlp_share.down_proj"
    package var sharedExpertGate = "mlp.shared_expert_gate"
    package var bias = "block_sparse_moe.bias"
    package var choiceBias = "mlp.gate.e_score_correction_bias"
    /// Gates and ups of an expert in turn, in one layer, in place of two layers; nil for two.
    package var expertGateUp: String?
    /// What a mixture with norms of its own has beyond the others.
    package var own = OwnNorms()
    /// A recurrent router's tensors.
    package var recurrent = RecurrentNames()

    package struct OwnNorms: Sendable {
      package var routerScale = "router.scale"
      package var expertScale = "router.per_expert_scale"
      package var input = "pre_feedforward_layernorm_2"
      package var output = "post_feedforward_layernorm_2"
      package var sharedOutput = "post_feedforward_layernorm_1"
    }

    package struct RecurrentNames: Sendable {
      package var input = "block_sparse_moe.weight1"
      package var output = "block_sparse_moe.weight2"
      /// The unit that layers share, below the model's prefix.
      package var unit = "rnn_router"
    }
  }
}
