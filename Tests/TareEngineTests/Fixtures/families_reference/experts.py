"""Mixtures of experts beyond the first families."""
import torch
import transformers
from .common import *
from .decoders import plain
from .dense import classifier

BASE = {k: v for k, v in SMALL.items() if k not in ("head_dim", "intermediate_size")}
BASE.update(hidden_size=32, intermediate_size=16, rope_parameters=plain())


def experts(name, family, without=(), base=BASE, note="", tensors=None, edit=None, spelling=None, dtype=BF16, **more):
    """A case whose sequences stand clear of the edges between experts."""
    config = getattr(transformers, f"{family}Config")(**{**base, **more})
    cls = classifier(family)
    model = fill(cls(config), name)
    spread(model, name)
    model = model.to(dtype).float()
    model.set_experts_implementation("eager")
    least = []
    for module in model.modules():
        if type(module).__name__.endswith(("TopKRouter", "TopkRouter", "TopKGating", "MoEV1Gate")):
            module.register_forward_hook(lambda module, x, _: least.append(edge(module, x[0])))
    def margin(ids):
        least.clear()
        run(lambda: model, ids, double=False)
        return min(least)
    return case(name, cls, config, dtype, without=without, note=note, tensors=tensors, edit=edit, spelling=spelling,
                ids=settled(name, margin, config.vocab_size), fill_more=lambda m: spread(m, name))


def spread(model, name):
    """Numbers that are no parameters, and attention sinks far from 0."""
    g = generator(name + " buffers")
    for key, buffer in sorted(model.named_buffers()):
        if key.endswith("e_score_correction_bias"):
            buffer.copy_(0.3 * torch.randn(buffer.shape, generator=g))
    for key, p in model.named_parameters():
        if key.endswith("sinks"):
            p.data.copy_(torch.randn(p.shape, generator=g) * 1.5 + 1)


def edge(module, x):
    """How far the last chosen expert stands from the first that is not, in each kind of router."""
    x = x.reshape(-1, x.shape[-1])
    weight = module.wg.weight if hasattr(module, "wg") else module.weight
    logits = torch.nn.functional.linear(x, weight, getattr(module, "bias", None))
    kind = type(module).__name__
    if kind == "PhimoeTopKRouter":
        s = logits.sort(-1, descending=True).values
        factor = torch.maximum(logits.abs(), s[:, :1])
        near = ((s[:, :1] - logits) / factor - 2 * module.router_jitter_noise).abs().min()
        return min(float((s[:, 0] - s[:, 1]).min()), float((s[:, 1] - s[:, 2]).min()), float(near))
    bias = getattr(module, "e_score_correction_bias", None)
    scores = logits.softmax(-1) if bias is None else logits.sigmoid() + bias
    groups = getattr(module, "num_group", None)
    least = 1.0
    by_two = bias is not None or kind == "Mistral4TopkRouter"
    if groups and (by_two or module.topk_method == "group_limited_greedy") and module.topk_group < groups:
        parts = scores.view(len(scores), groups, -1)
        by = parts.topk(2, dim=-1)[0].sum(-1) if by_two else parts.max(-1).values
        order = by.sort(-1, descending=True)
        least = float((order.values[:, module.topk_group - 1] - order.values[:, module.topk_group]).min())
        mask = torch.zeros_like(by).scatter_(1, order.indices[:, :module.topk_group], 1).bool()
        scores = parts.masked_fill(~mask.unsqueeze(-1), -10).view(len(scores), -1)
    p = scores.sort(-1, descending=True).values
    return min(least, float((p[:, module.top_k - 1] - p[:, module.top_k]).min()))


def in_memory(model_names):
    """Names as transformers 5 has them in memory, experts in one tensor."""
    def change(tensors):
        import re
        out, parts = {}, {}
        for key, value in tensors.items():
            for stored, own in model_names:
                key = key.replace(stored, own)
            found = re.fullmatch(r"(.*\.experts)\.(\d+)\.(gate_proj|up_proj|down_proj)\.weight", key)
            if found:
                parts.setdefault(found[1], {})[int(found[2]), found[3]] = value
            else:
                out[key] = value
        for place, found in parts.items():
            count = 1 + max(n for n, _ in found)
            out[f"{place}.gate_up_proj"] = torch.stack(
                [torch.cat([found[n, "gate_proj"], found[n, "up_proj"]]) for n in range(count)])
            out[f"{place}.down_proj"] = torch.stack([found[n, "down_proj"] for n in range(count)])
        return out
    return change


MIXTRAL = [(".block_sparse_moe.", ".mlp."), (".w1.", ".gate_proj."), (".w3.", ".up_proj."), (".w2.", ".down_proj.")]


def mixtrals():
    keys = dict(num_local_experts=5, num_experts_per_tok=2)
    experts("mixtral", "Mixtral", [{"num_experts_per_tok": 3}], **keys)
    experts("mixtral_window", "Mixtral", [{"sliding_window": None}], sliding_window=16, head_dim=12, **keys)
    experts("mixtral_fused", "Mixtral", tensors=in_memory(MIXTRAL), **keys,
            note="Names as transformers 5 has them in memory.")


def qwens():
    keys = dict(num_experts=5, num_experts_per_tok=2, moe_intermediate_size=8, shared_expert_intermediate_size=24)
    experts("qwen2_moe", "Qwen2Moe", [{"norm_topk_prob": True}, {"num_experts_per_tok": 3}], **keys)
    experts("qwen2_moe_switches", "Qwen2Moe",
            [{"norm_topk_prob": False}, {"layer_types": ["full_attention"] * 3}], norm_topk_prob=True, qkv_bias=False,
            mlp_only_layers=[1], use_sliding_window=True, sliding_window=16, max_window_layers=3, num_hidden_layers=3,
            **keys)


def olmoes():
    keys = dict(num_experts=6, num_experts_per_tok=2)
    experts("olmoe", "Olmoe", [{"norm_topk_prob": True}], **keys)
    experts("olmoe_switches", "Olmoe", [{"norm_topk_prob": False}, {"clip_qkv": None}], norm_topk_prob=True,
            clip_qkv=0.7, attention_bias=True, **keys)


def phimoes():
    keys = dict(num_local_experts=6, num_experts_per_tok=2, rms_norm_eps=1e-3)
    experts("phimoe", "Phimoe", [{"router_jitter_noise": 2.0}], attention_bias=True, router_jitter_noise=0.2, **keys)
    long = {"rope_type": "longrope", "rope_theta": 1000.0, "short_factor": [1.0, 1.1, 1.5, 2.0],
            "long_factor": [1.5, 2.5, 6.0, 12.0], "short_mscale": 1.1, "long_mscale": 1.4,
            "original_max_position_embeddings": 64}
    experts("phimoe_longrope", "Phimoe", [{"rope_parameters": {**long, "long_mscale": 1.1}}], rope_parameters=long,
            sliding_window=100, router_jitter_noise=0.2, lm_head_bias=True, **keys,
            note="transformers 5.23 takes the short factors at any length, and long_mscale beyond the trained one.")


def granites():
    keys = dict(num_local_experts=5, num_experts_per_tok=2, embedding_multiplier=3.0, residual_multiplier=0.4,
                attention_multiplier=0.2, logits_scaling=6.0)
    experts("granitemoe", "GraniteMoe", [{"residual_multiplier": 1.0}, {"num_experts_per_tok": 3}], **keys)
    def fused(tensors):
        names = [("block_sparse_moe.input_linear.weight", "block_sparse_moe.experts.gate_up_proj"),
                 ("block_sparse_moe.output_linear.weight", "block_sparse_moe.experts.down_proj"),
                 ("block_sparse_moe.router.layer.weight", "block_sparse_moe.router.weight")]
        out = {}
        for key, value in tensors.items():
            for stored, own in names:
                key = key.replace(stored, own)
            out[key] = value
        return out
    experts("granitemoe_fused", "GraniteMoe", tensors=fused, attention_bias=True, **keys,
            note="Names as transformers 5 has them in memory.")


def deepseeks():
    latent = dict(kv_lora_rank=12, q_lora_rank=20, qk_nope_head_dim=6, qk_rope_head_dim=4, v_head_dim=8,
                  num_key_value_heads=4, moe_intermediate_size=8, n_shared_experts=2, num_experts_per_tok=2)
    two = dict(latent, n_routed_experts=6, first_k_dense_replace=1)
    experts("deepseek_v2", "DeepseekV2", [{"num_experts_per_tok": 3}], **two)
    yarn = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 8.0, "original_max_position_embeddings": 32,
            "mscale": 0.707, "mscale_all_dim": 0.8, "beta_fast": 32.0, "beta_slow": 1.0}
    experts("deepseek_v2_groups", "DeepseekV2",
            [{"topk_method": "greedy"}, {"routed_scaling_factor": 1.0},
             {"rope_parameters": {**yarn, "mscale_all_dim": 0.0}}],
            topk_method="group_limited_greedy", n_group=3, topk_group=1, routed_scaling_factor=4.0, attention_bias=True,
            mlp_bias=True, rope_parameters=yarn, num_hidden_layers=3, **two)
    experts("deepseek_v2_lite", "DeepseekV2", **{**two, "q_lora_rank": None, "v_head_dim": 14, "norm_topk_prob": True},
            note="No query rank; values longer than queries; norm_topk_prob, which transformers ignores.")
    three = dict(latent, n_routed_experts=8, first_k_dense_replace=1, n_group=4, topk_group=2)
    experts("deepseek_v3", "DeepseekV3", [{"norm_topk_prob": False}, {"routed_scaling_factor": 1.0},
                                          {"topk_group": 4}], **three)
    experts("deepseek_v3_halves", "DeepseekV3", [{"rope_interleave": True}], rope_interleave=False,
            attention_bias=True, rope_parameters=yarn, norm_topk_prob=False, num_hidden_layers=3,
            **{**three, "q_lora_rank": None, "n_shared_experts": 1})
    four = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 32,
            "max_position_embeddings": 256, "beta_fast": 32.0, "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0,
            "llama_4_scaling_beta": 0.3}
    experts("mistral4", "Mistral4", [{"topk_group": 4}, {"norm_topk_prob": False},
                                     {"rope_parameters": {**four, "llama_4_scaling_beta": 0.0}}],
            rope_parameters=four, **{**three, "first_k_dense_replace": 0})
    experts("mistral4_switches", "Mistral4", [{"routed_scaling_factor": 1.0}], rope_parameters=four, attention_bias=True,
            rope_interleave=False, norm_topk_prob=False, routed_scaling_factor=2.5,
            **{**three, "q_lora_rank": None, "n_group": 1, "topk_group": 1})


class Gate(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(config.n_routed_experts, config.hidden_size))
        self.top_k, self.isNormed = config.num_experts_per_tok, config.norm_topk_prob

    def forward(self, x):
        values, places = torch.topk(torch.nn.functional.linear(x, self.weight).softmax(-1), self.top_k, dim=-1)
        if self.top_k > 1 and self.isNormed:
            values = values / (values.sum(-1, keepdim=True) + 1e-20)
        return values, places


class DeepseekMoE(torch.nn.Module):
    """After the published modeling_deepseek.py of DeepSeekMoE 16B (arXiv 2401.06066)."""
    def __init__(self, config):
        super().__init__()
        def mlp(size):
            sized = transformers.LlamaConfig(**{**config.to_dict(), "intermediate_size": size})
            return transformers.models.llama.modeling_llama.LlamaMLP(sized)
        self.gate = Gate(config)
        self.experts = torch.nn.ModuleList([mlp(config.moe_intermediate_size) for _ in range(config.n_routed_experts)])
        if config.n_shared_experts:
            self.shared_experts = mlp(config.moe_intermediate_size * config.n_shared_experts)

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, places = self.gate(flat)
        rows = []
        for row, w, p in zip(flat, weights, places):
            rows.append(sum(wi * self.experts[int(pi)](row) for wi, pi in zip(w, p)))
        out = torch.stack(rows).reshape(x.shape)
        return out + self.shared_experts(x) if hasattr(self, "shared_experts") else out


def deepseek_of(config):
    kept = {k: v for k, v in config.items() if k not in ("model_type", "architectures")}
    config = transformers.LlamaConfig(**kept, attn_implementation="eager")
    model = transformers.LlamaForSequenceClassification(config)
    for index, layer in enumerate(model.model.layers):
        if index >= config.first_k_dense_replace and index % config.moe_layer_freq == 0:
            layer.mlp = DeepseekMoE(config)
    return model


def first_deepseeks():
    def make(name, without, **switches):
        config = {"architectures": ["DeepseekForSequenceClassification"], "model_type": "deepseek", "num_labels": 1,
                  "vocab_size": 64, "hidden_size": 32, "intermediate_size": 16, "moe_intermediate_size": 8,
                  "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 4, "n_shared_experts": 2,
                  "n_routed_experts": 6, "num_experts_per_tok": 2, "moe_layer_freq": 1, "first_k_dense_replace": 1,
                  "norm_topk_prob": False, "scoring_func": "softmax", "hidden_act": "silu", "rms_norm_eps": 1e-6,
                  "max_position_embeddings": 256, "rope_theta": 10000.0, "rope_scaling": None, "attention_bias": False,
                  "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, **switches}
        folder = folder_of(name)
        write_json(os.path.join(folder, "config.json"), config)
        stored = fill(deepseek_of(config), name).to(BF16).state_dict()
        save_file({k: v.contiguous() for k, v in stored.items()}, os.path.join(folder, "model.safetensors"),
                  metadata={"format": "pt"})
        def loaded(folder):
            model = deepseek_of(json.load(open(os.path.join(folder, "config.json"))))
            model.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, "model.safetensors")).items()})
            return model.eval()
        least = []
        model = loaded(folder)
        for module in model.modules():
            if isinstance(module, Gate):
                module.register_forward_hook(lambda module, x, _: least.append(edge(module, x[0])))
        def margin(ids):
            least.clear()
            run(lambda: model, ids, double=False)
            return min(least)
        ids = settled(name, margin)
        states, _ = reference(folder, lambda: loaded(folder), ids, note="As in the published code of DeepSeekMoE 16B.")
        for change in without:
            must_matter((name, change), changed(folder, change, loaded), ids, states)
    make("deepseek", [{"num_experts_per_tok": 3}, {"norm_topk_prob": True}])
    make("deepseek_switches", [{"norm_topk_prob": False}], norm_topk_prob=True, attention_bias=True, moe_layer_freq=2,
         first_k_dense_replace=0, n_shared_experts=None, rope_scaling={"type": "linear", "factor": 4.0})


def glms():
    keys = dict(n_routed_experts=8, num_experts_per_tok=2, moe_intermediate_size=8, first_k_dense_replace=1,
                n_shared_experts=1)
    experts("glm4_moe", "Glm4Moe", [{"routed_scaling_factor": 1.0}], routed_scaling_factor=2.0, **keys)
    experts("glm4_moe_norms", "Glm4Moe", [{"topk_group": 4}], use_qk_norm=True, attention_bias=True, n_group=4,
            topk_group=2, norm_topk_prob=False, head_dim=12, **keys)


def later():
    experts("dots1", "Dots1", [{"routed_scaling_factor": 1.0}, {"norm_topk_prob": False}], n_routed_experts=6,
            num_experts_per_tok=2, moe_intermediate_size=8, first_k_dense_replace=1, n_shared_experts=1, head_dim=12,
            routed_scaling_factor=2.0, norm_topk_prob=True, attention_bias=True)
    experts("dots1_window", "Dots1", [{"sliding_window": 256}, {"topk_group": 3}], n_routed_experts=6, num_experts_per_tok=2,
            moe_intermediate_size=8, n_group=3, topk_group=2, sliding_window=16, max_window_layers=1, n_shared_experts=2)
    experts("hunyuan_v1_moe", "HunYuanMoEV1", [{"moe_topk": 3}], num_experts=5, moe_topk=2, head_dim=12, attention_bias=True)


def gpt_osses():
    keys = dict(num_local_experts=5, num_experts_per_tok=2, head_dim=8)
    yarn = {"rope_type": "yarn", "rope_theta": 150000.0, "factor": 8.0, "original_max_position_embeddings": 32,
            "beta_fast": 32.0, "beta_slow": 1.0, "truncate": False}
    experts("gpt_oss", "GptOss", [{"sliding_window": 256}, {"swiglu_limit": 100.0}], sliding_window=16,
            swiglu_limit=0.5, rope_parameters=yarn, **keys)
    experts("gpt_oss_switches", "GptOss", [{"swiglu_alpha": 1.702}], attention_bias=False, swiglu_alpha=1.0,
            layer_types=["full_attention", "sliding_attention"], sliding_window=32, **keys)


def recurrent(model, name):
    """Decays and step weights that matter."""
    g = generator(name + " decays")
    for key, p in sorted(model.named_parameters()):
        if key.endswith("A_log"):
            p.data.copy_(torch.rand(p.shape, generator=g) * 2 - 2)
        elif "conv1d" in key:
            p.data.copy_(torch.randn(p.shape, generator=g) * 0.6)


def qwens_next():
    """Linear attention by the gated delta rule, gated attention."""
    sizes = dict(linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8, linear_value_head_dim=6,
                 linear_conv_kernel_dim=4)
    parts = dict(BASE, num_hidden_layers=4, **sizes)
    global spread
    plain_spread = spread
    spread = lambda model, name: (plain_spread(model, name), recurrent(model, name))
    experts("qwen3_next", "Qwen3Next", [{"norm_topk_prob": False}], parts, num_experts=6, num_experts_per_tok=2,
            moe_intermediate_size=8, shared_expert_intermediate_size=8)
    experts("qwen3_next_switches", "Qwen3Next", [], dict(parts, num_hidden_layers=3), num_experts=4, num_experts_per_tok=2,
            moe_intermediate_size=8, shared_expert_intermediate_size=12, attention_bias=True, mlp_only_layers=[0],
            layer_types=["full_attention", "linear_attention", "linear_attention"],
            rope_parameters={"rope_type": "default", "rope_theta": 50000.0, "partial_rotary_factor": 0.5},
            note="The last layer is linear.")
    case("qwen3_5", classifier("Qwen3_5Text"), transformers.Qwen3_5TextConfig(**dict(parts, linear_num_key_heads=4)),
         BF16, fill_more=lambda m: spread(m, "qwen3_5"))
    spread = plain_spread


def make():
    for part in (mixtrals, qwens, olmoes, phimoes, granites, deepseeks, first_deepseeks, glms, later, gpt_osses, qwens_next):
        part()
