"""Families whose code is not in transformers: InternLM2, Qwen3 with gated attention (arXiv 2505.06708) and the mixture
with a layerwise recurrent router (RMoE, arXiv 2408.06793). Modules of our own after the published code."""
import torch
from torch import nn
from torch.nn import functional as F
from transformers import (LlamaConfig, LlamaForSequenceClassification, Qwen3Config, Qwen3ForSequenceClassification)
from transformers.models.llama.modeling_llama import LlamaMLP, apply_rotary_pos_emb, repeat_kv
from .common import *


class Norm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


# InternLM2: a Llama by other names, with queries, keys and values packed by key-value head.

def internlm2_names(tensors, heads, groups):
    """Packs a Llama's tensors as InternLM2 has them."""
    names = {"self_attn.o_proj": "attention.wo", "mlp.gate_proj": "feed_forward.w1", "mlp.up_proj": "feed_forward.w3",
             "mlp.down_proj": "feed_forward.w2", "input_layernorm": "attention_norm",
             "post_attention_layernorm": "ffn_norm", "embed_tokens": "tok_embeddings", "score": "v_head"}
    packed = {}
    for key, value in tensors.items():
        if "q_proj" in key:
            q, k, v = (tensors[key.replace("q_proj", p)] for p in ("q_proj", "k_proj", "v_proj"))
            size = q.shape[0] // heads
            split = lambda t, n: t.reshape(groups, n * size, *t.shape[1:])
            rows = torch.cat([split(q, heads // groups), split(k, 1), split(v, 1)], 1)
            packed[key.replace("self_attn.q_proj", "attention.wqkv")] = rows.flatten(0, 1)
        elif "k_proj" not in key and "v_proj" not in key:
            for old, new in names.items():
                key = key.replace(old, new)
            packed[key] = value
    return packed


def as_llama(config):
    kept = {k: v for k, v in config.items() if k not in ("model_type", "architectures", "bias", "auto_map", "torch_dtype")}
    return LlamaConfig(**kept, num_labels=1, attn_implementation="eager", attention_bias=config["bias"])


def llama_of(folder):
    """The Llama that an InternLM2 folder is, its tensors unpacked from the file."""
    config = json.load(open(os.path.join(folder, "config.json")))
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    model = LlamaForSequenceClassification(as_llama(config))
    names = {"attention.wo": "self_attn.o_proj", "feed_forward.w1": "mlp.gate_proj", "feed_forward.w3": "mlp.up_proj",
             "feed_forward.w2": "mlp.down_proj", "attention_norm": "input_layernorm",
             "ffn_norm": "post_attention_layernorm", "tok_embeddings": "embed_tokens", "v_head": "score"}
    state = {}
    for key, value in load_file(os.path.join(folder, "model.safetensors")).items():
        if "wqkv" in key:
            value = value.unflatten(0, (groups, heads // groups + 2, -1))
            for part, rows in (("q", value[:, :-2]), ("k", value[:, -2:-1]), ("v", value[:, -1:])):
                state[key.replace("attention.wqkv", f"self_attn.{part}_proj")] = rows.flatten(0, 2).float()
        else:
            for old, new in names.items():
                key = key.replace(old, new)
            state[key] = value.float()
    model.load_state_dict(state)
    return model.eval()


def internlm2(name, bias=False, scaling=None, dtype=BF16, **more):
    config = {"architectures": ["InternLM2ForRewardModel"], "model_type": "internlm2", "bias": bias,
              "vocab_size": 64, "hidden_size": 32, "intermediate_size": 24, "num_hidden_layers": 2, "pad_token_id": 2,
              "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64, "bos_token_id": 1,
              "eos_token_id": 2, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000, "rope_scaling": scaling,
              "reward_token_id": 63, "tie_word_embeddings": False, "torch_dtype": "bfloat16", "use_cache": True,
              "auto_map": {"AutoConfig": "configuration_internlm2.InternLM2Config",
                           "AutoModel": "modeling_internlm2.InternLM2ForRewardModel"}, **more}
    folder = folder_of(name)
    write_json(os.path.join(folder, "config.json"), config)
    tensors = fill(LlamaForSequenceClassification(as_llama(config)), name).to(dtype).state_dict()
    save(folder, internlm2_names(tensors, 4, config["num_key_value_heads"]))
    ids = [s[:-1] + [63] for s in sequences(name, 63)]
    states, _ = reference(folder, lambda: llama_of(folder), ids, read_at=[len(s) - 1 for s in ids],
                          note="The code reads the last position, which must be reward_token_id; by a Llama of these weights.")
    if scaling:
        must_matter(name, changed(folder, {"rope_scaling": None}, llama_of), ids, states)


def save(folder, tensors):
    tensors = {k: v.detach().clone().contiguous() for k, v in tensors.items()}
    save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


# Gated attention.

class GatedAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads, self.groups, self.size = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self.headwise = getattr(config, "headwise_attn_output_gate", False)
        elementwise = getattr(config, "elementwise_attn_output_gate", False)
        self.gate = self.heads * (1 if self.headwise else self.size if elementwise else 0)
        linear = lambda rows, columns: nn.Linear(columns, rows, bias=config.qkv_bias)
        self.q_proj = linear(self.heads * self.size + self.gate, config.hidden_size)
        self.k_proj = linear(self.groups * self.size, config.hidden_size)
        self.v_proj = linear(self.groups * self.size, config.hidden_size)
        self.o_proj = linear(config.hidden_size, self.heads * self.size)
        if config.use_qk_norm:
            self.q_norm, self.k_norm = Norm(self.size, config.rms_norm_eps), Norm(self.size, config.rms_norm_eps)

    def forward(self, hidden_states, position_embeddings, attention_mask=None, **_):
        n = hidden_states.shape[1]
        q = self.q_proj(hidden_states).view(1, n, self.groups, -1)
        q, gate = q.split([self.heads // self.groups * self.size, self.gate // self.groups], -1)
        q = q.reshape(1, n, self.heads, self.size).transpose(1, 2)
        k = self.k_proj(hidden_states).view(1, n, self.groups, self.size).transpose(1, 2)
        v = self.v_proj(hidden_states).view(1, n, self.groups, self.size).transpose(1, 2)
        if hasattr(self, "q_norm"):
            q, k = self.q_norm(q), self.k_norm(k)
        q, k = apply_rotary_pos_emb(q, k, *position_embeddings)
        k, v = repeat_kv(k, self.heads // self.groups), repeat_kv(v, self.heads // self.groups)
        weights = q @ k.transpose(2, 3) * self.size ** -0.5
        weights = weights.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), float("-inf")).softmax(-1)
        out = (weights @ v).transpose(1, 2)
        if self.gate and not hasattr(self, "always_open"):
            out = out * gate.reshape(1, n, self.heads, -1).sigmoid()
        return self.o_proj(out.flatten(2)), None


def gated(config):
    model = Qwen3ForSequenceClassification(config)
    for layer in model.model.layers:
        layer.self_attn = GatedAttention(config)
    return model


def load_gated(folder):
    model = gated(Qwen3Config.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32))
    model.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, "model.safetensors")).items()})
    return model.eval()


def gates():
    def make(name, dtype=BF16, **switches):
        config = Qwen3Config(**SMALL, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **switches)
        folder = folder_of(name)
        save(folder, fill(gated(config), name).to(dtype).state_dict())
        config.architectures = ["Qwen3ForSequenceClassification"]
        config.save_pretrained(folder)
        edit_config(folder, old_spelling)
        ids = sequences(name)
        states, _ = reference(folder, lambda: load_gated(folder), ids,
                              note="After the published modeling_qwen3.py; o_proj has a bias where qkv_bias is true.")
        if any(layer.self_attn.gate for layer in load_gated(folder).model.layers):
            def open_gates():
                model = load_gated(folder)
                for layer in model.model.layers:
                    layer.self_attn.always_open = True
                return model
            must_matter(name, open_gates, ids, states)
    head, element = {"headwise_attn_output_gate": True}, {"elementwise_attn_output_gate": True}
    make("gated_headwise", **head, elementwise_attn_output_gate=False, use_qk_norm=True, qkv_bias=False)
    make("gated_elementwise", **element, headwise_attn_output_gate=False, use_qk_norm=True, qkv_bias=False)
    make("gated_headwise_biases", F16, **head, elementwise_attn_output_gate=False, use_qk_norm=False, qkv_bias=True)
    make("gated_elementwise_biases", **element, headwise_attn_output_gate=False, use_qk_norm=False, qkv_bias=True)
    make("gated_none_biases", headwise_attn_output_gate=False, elementwise_attn_output_gate=False, use_qk_norm=True,
         qkv_bias=True)


# RMoE.

class Recurrent(nn.Module):
    """The unit that all layers' routers share."""
    def __init__(self, kind, size):
        super().__init__()
        for part in ("rzn" if kind == "gru" else "n"):
            for side in "ih":
                setattr(self, f"weight_{side}{part}", nn.Parameter(torch.empty(size, size)))
                setattr(self, f"bias_{side}{part}", nn.Parameter(torch.empty(size)))
        self.kind = kind

    def side(self, name, x):
        return F.linear(x, getattr(self, f"weight_{name}"), getattr(self, f"bias_{name}"))

    def forward(self, x, h):
        if self.kind == "rnn":
            return torch.tanh(self.side("in", x) + self.side("hn", h))
        r = torch.sigmoid(self.side("ir", x) + self.side("hr", h))
        z = torch.sigmoid(self.side("iz", x) + self.side("hz", h))
        n = torch.tanh(self.side("in", x) + r * self.side("hn", h))
        return (1 - z) * n + z * h


class Expert(nn.Module):
    def __init__(self, hidden, inner):
        super().__init__()
        self.w1, self.w3 = nn.Linear(hidden, inner, bias=False), nn.Linear(hidden, inner, bias=False)
        self.w2 = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Mixture(nn.Module):
    """`memory` is a list of one: the recurrent state of every token, from the layer before."""
    def __init__(self, config, memory, unit, first):
        super().__init__()
        self.memory, self.first, self.top = memory, first, config.num_experts_per_tok
        self.unit = [unit]
        hidden, inner = config.hidden_size, config.moe_expert_intermediate_size or config.intermediate_size
        if unit:
            size = config.moe_router_rnn_hidden_size
            self.weight1 = nn.Parameter(torch.empty(size, hidden))
            self.weight2 = nn.Parameter(torch.empty(config.num_local_experts, size))
        else:
            self.gate = nn.Linear(hidden, config.num_local_experts, bias=False)
        if config.add_moe_bias:
            self.bias = nn.Parameter(torch.empty(hidden))
        self.experts = nn.ModuleList([Expert(hidden, inner) for _ in range(config.num_local_experts)])
        self.margin = 1.0

    def forward(self, x):
        if self.unit[0]:
            before = torch.zeros_like(F.linear(x, self.weight1)) if self.first else self.memory[0]
            self.memory[0] = self.unit[0](F.linear(x, self.weight1), before)
            logits = F.linear(self.memory[0], self.weight2)
        else:
            logits = self.gate(x)
        ordered = logits.softmax(-1).sort(-1, descending=True)
        self.margin = float((ordered.values[..., self.top - 1] - ordered.values[..., self.top]).min())
        weights = ordered.values[..., :self.top]
        weights = weights / weights.sum(-1, keepdim=True)
        out = torch.stack([e(x) for e in self.experts], -2)
        chosen = ordered.indices[..., :self.top, None].expand(*x.shape[:-1], self.top, x.shape[-1])
        out = (out.gather(-2, chosen) * weights[..., None]).sum(-2)
        return out + self.bias if hasattr(self, "bias") else out


class Shared(nn.Module):
    def __init__(self, config, mixture):
        super().__init__()
        self.block_sparse_moe, self.weights = mixture, (config.moe_weight, config.share_weight)
        wide = LlamaConfig(hidden_size=config.hidden_size, hidden_act="silu", num_attention_heads=1,
                           intermediate_size=config.moe_share_expert_intermediate_size or config.intermediate_size)
        self.mlp_share = LlamaMLP(wide)

    def forward(self, x):
        return self.block_sparse_moe(x) * self.weights[0] + self.mlp_share(x) * self.weights[1]


class Alone(nn.Module):
    def __init__(self, mixture):
        super().__init__()
        self.block_sparse_moe = mixture

    def forward(self, x):
        return self.block_sparse_moe(x)


DEFAULTS = {"share_weight": 0.5, "moe_weight": 0.5, "moe_share_expert_intermediate_size": None,
            "moe_expert_intermediate_size": None, "add_moe_bias": False, "add_moe_share_expert": False,
            "moe_router_type": "gru", "moe_router_rnn_hidden_size": 256}


def rmoe(config):
    config = LlamaConfig(**{**DEFAULTS, **config, "attn_implementation": "eager"})
    model = LlamaForSequenceClassification(config)
    kind = config.moe_router_type
    unit = Recurrent(kind, config.moe_router_rnn_hidden_size) if kind in ("gru", "rnn") else None
    if unit:
        model.model.rnn_router = unit
    memory, dense = [None], config.num_hidden_layers - config.moe_num_layers
    for index, layer in enumerate(model.model.layers[dense:]):
        mixture = Mixture(config, memory, unit, index == 0)
        layer.mlp = Shared(config, mixture) if config.add_moe_share_expert else Alone(mixture)
    return model


def published(key):
    return key.replace("mlp.block_sparse_moe", "block_sparse_moe").replace("mlp.mlp_share", "mlp_share")


def load_rmoe(folder):
    config = json.load(open(os.path.join(folder, "config.json")))
    model = rmoe({k: v for k, v in config.items() if k not in ("model_type", "architectures", "num_labels")} |
                 {"num_labels": 1})
    stored = load_file(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({k: stored[published(k)].float() for k in model.state_dict()})
    return model.eval()


def rmoes():
    def make(name, note, dtype=BF16, without=(), **switches):
        config = {"architectures": ["LlamaForSequenceClassification"], "model_type": "llama_moe_rnn", "num_labels": 1,
                  "vocab_size": 64, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3,
                  "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 256,
                  "rms_norm_eps": 1e-6, "hidden_act": "silu", "rope_theta": 10000.0, "rope_scaling": None,
                  "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "num_local_experts": 5,
                  "num_experts_per_tok": 2, "moe_expert_intermediate_size": 8, "moe_router_type": "gru",
                  "moe_router_rnn_hidden_size": 8, "moe_num_layers": 3, "add_moe_bias": False,
                  "add_moe_share_expert": False, **switches}
        folder = folder_of(name)
        write_json(os.path.join(folder, "config.json"), config)
        model = fill(rmoe({k: v for k, v in config.items() if k not in ("model_type", "architectures")}), name)
        for key, p in model.named_parameters():
            if key.endswith("weight2"):
                p.data *= 5
        save(folder, {published(k): v for k, v in model.to(dtype).state_dict().items()})
        def margin(ids):
            tried = load_rmoe(folder)
            run(lambda: tried, ids, double=False)
            return min(m.margin for m in tried.modules() if isinstance(m, Mixture))
        ids = settled(name, margin)
        states, _ = reference(folder, lambda: load_rmoe(folder), ids, note=note)
        for change in without:
            must_matter((name, change), changed(folder, change, load_rmoe), ids, states)
    source = "As in the published code (qiuzh20/RMoE)."
    make("rmoe_gru", source, without=[{"num_experts_per_tok": 3}])
    make("rmoe_rnn", source + " The unit has weight_in, weight_hn, bias_in, bias_hn; tanh.", moe_router_type="rnn")
    make("rmoe_plain", source + " The router is block_sparse_moe.gate, one linear map.", moe_router_type="plain", dtype=F32)
    make("rmoe_shared", source + " moe_weight times the mixture with its bias, plus share_weight times mlp_share.",
         add_moe_share_expert=True, add_moe_bias=True, moe_weight=0.7, share_weight=0.4,
         moe_share_expert_intermediate_size=12, without=[{"moe_weight": 0.5}, {"share_weight": 0.5}])
    make("rmoe_shared_defaults", source + " Sizes and weights left out: intermediate_size, 0.5 and 0.5.",
         add_moe_share_expert=True, moe_expert_intermediate_size=None, num_local_experts=3, num_hidden_layers=2,
         moe_num_layers=2)
    make("rmoe_dense_first", source + " Inferred: the state begins at the first mixture; the published forward fails "
         "where moe_num_layers is less than num_hidden_layers (router_current is not set in a dense layer).",
         moe_num_layers=2)


def make():
    internlm2("internlm2")
    internlm2("internlm2_dynamic", scaling={"type": "dynamic", "factor": 2.0}, bias=True)
    internlm2("internlm2_linear", scaling={"type": "linear", "factor": 4.0}, num_key_value_heads=4, dtype=F16)
    gates()
    rmoes()
