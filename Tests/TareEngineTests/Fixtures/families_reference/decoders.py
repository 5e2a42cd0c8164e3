"""Families of transformers' own decoders, with every switch of their configurations that Tare reads."""
from transformers import (Gemma2Config, Gemma2ForSequenceClassification, Gemma3TextConfig,
                          Gemma3TextForSequenceClassification, GemmaConfig, GemmaForSequenceClassification,
                          LlamaConfig, LlamaForSequenceClassification, MistralConfig, MistralForSequenceClassification,
                          Olmo2Config, Olmo2ForSequenceClassification, Phi3Config, Phi3ForSequenceClassification,
                          Qwen2Config, Qwen2ForSequenceClassification, Qwen3Config, Qwen3ForSequenceClassification,
                          Qwen3MoeConfig, Qwen3MoeForSequenceClassification)
from .common import *


def plain(theta=10000.0):
    return {"rope_type": "default", "rope_theta": theta}


def llama(name, rope=None, spelling=None, without=(), note="", dtype=BF16, ids=None, **more):
    config = LlamaConfig(**{**SMALL, "rope_parameters": {"rope_theta": 10000.0, **(rope or plain())}, **more})
    if rope:
        without = [{"rope_parameters": plain(), "rope_scaling": None}, *without]
    return case(name, LlamaForSequenceClassification, config, dtype, spelling, without=without, note=note, ids=ids)


def llamas():
    no_head_dim = dict(hidden_size=32, intermediate_size=16, head_dim=None)
    llama("llama", dtype=F32, spelling=older_spelling, **no_head_dim, rms_norm_eps=1e-2,
          without=[{"rms_norm_eps": 1e-6}, {"rope_theta": 500.0}])
    llama("llama_no_pad", pad_token_id=None, dtype=F16, note="No pad_token_id: the last token is read.")
    ends = sequences("llama_pad_at_end")
    ends = [[2], ends[1] + [2, 2], ends[2] + [2], [2] + ends[3]]
    llama("llama_pad_at_end", pad_token_id=2, ids=ends,
          note="pad_token_id is the end token: the rightmost token that is not it is read; where all are, the first.")
    llama("llama_head_dim", head_dim=12, dtype=F32)
    llama("llama_biases", attention_bias=True, mlp_bias=True, spelling=old_spelling,
          without=[{"attention_bias": False}, {"mlp_bias": False}])
    llama("llama_gelu", hidden_act="gelu", without=[{"hidden_act": "silu"}, {"hidden_act": "gelu_pytorch_tanh"}])
    llama("llama_full_heads", num_key_value_heads=4)
    llama("llama_rope_linear", {"rope_type": "linear", "factor": 4.0}, spelling=older_spelling)
    dynamic = {"rope_type": "dynamic", "factor": 3.0}
    stateless = "Each sequence by a fresh model: transformers keeps the frequencies of the longest sequence met so far."
    llama("llama_rope_dynamic", dynamic, max_position_embeddings=32, note=stateless)
    llama("llama_rope_dynamic_old", dynamic, max_position_embeddings=64, spelling=older_spelling, note=stateless)
    llama3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
              "original_max_position_embeddings": 64}
    llama("llama_rope_llama3", llama3, head_dim=16)
    llama("llama_rope_llama3_old", {**llama3, "rope_theta": 500000.0, "factor": 32.0}, head_dim=16,
          spelling=old_spelling, max_position_embeddings=2048)
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128, "rope_theta": 1000.0,
            "beta_fast": 4.0}
    def yarns(name, without=None, **more):
        rope = {k: v for k, v in {**yarn, **more}.items() if v is not None}
        others = [{"rope_parameters": {**rope, **without}, "rope_scaling": None}] if without else []
        return llama(name, rope, head_dim=16, without=others, max_position_embeddings=512,
                     spelling=old_spelling if name.endswith("old") else None)
    yarns("llama_rope_yarn", beta_fast=None, without={"attention_factor": 1.0})
    yarns("llama_rope_yarn_old", without={"beta_fast": 32.0})
    yarns("llama_rope_yarn_mscale", mscale=2.0, mscale_all_dim=0.8, without={"mscale": 1.0})
    folder, ids, states, _ = yarns("llama_rope_yarn_one_mscale", mscale=2.0)
    same = [run(changed(folder, {"rope_parameters": {**yarn, "mscale": 1.0}}), s)[0] for s in ids]
    assert worst(same, states) == 0
    yarns("llama_rope_yarn_attention_factor", attention_factor=0.7, without={"attention_factor": 1.0})
    yarns("llama_rope_yarn_truncate_false", truncate=False, without={"truncate": True})


def mistrals():
    base = dict(SMALL, rope_parameters=plain(1000.0))
    make = lambda name, **more: case(name, MistralForSequenceClassification,
                                     MistralConfig(**{**base, **{k: v for k, v in more.items()
                                                                 if k not in ("without", "spelling")}}),
                                     without=more.get("without", ()), spelling=more.get("spelling"))
    make("mistral_window", sliding_window=16, without=[{"sliding_window": None}, {"sliding_window": 17}])
    make("mistral_window_old", sliding_window=64, spelling=old_spelling, without=[{"sliding_window": 63}])
    make("mistral_null_window", sliding_window=None)


def qwens():
    base = {k: v for k, v in SMALL.items() if k != "head_dim"}
    base.update(hidden_size=32, rope_parameters=plain(100000.0), sliding_window=16)
    def qwen2(name, spelling=None, without=(), edit=None, dtype=BF16, **more):
        case(name, Qwen2ForSequenceClassification, Qwen2Config(**{**base, **more}), dtype, spelling, edit, without=without)
    def unlisted(config):
        del config["layer_types"]
    qwen2("qwen2", spelling=old_spelling, edit=unlisted)
    def unused(config):
        # As released: a window in the file that use_sliding_window turns off.
        del config["layer_types"]
        config.update(sliding_window=16, max_window_layers=1, use_sliding_window=False)
    qwen2("qwen2_window_unused", edit=unused)
    windows = [{"use_sliding_window": False, "layer_types": None}, {"max_window_layers": 0, "layer_types": None}]
    qwen2("qwen2_window", use_sliding_window=True, max_window_layers=1, edit=unlisted, without=windows)
    qwen2("qwen2_layer_types", use_sliding_window=True, max_window_layers=2,
          layer_types=["sliding_attention", "full_attention"], without=[{"layer_types": ["full_attention"] * 2}])
    yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "rope_theta": 100000.0}
    qwen2("qwen2_yarn", rope_parameters=yarn, spelling=older_spelling, max_position_embeddings=64,
          without=[{"rope_scaling": None}])
    qwen3 = dict(SMALL, rope_parameters=plain(100000.0), sliding_window=16)
    case("qwen3", Qwen3ForSequenceClassification, Qwen3Config(**qwen3), spelling=old_spelling, edit=unlisted)
    case("qwen3_head_dim", Qwen3ForSequenceClassification, Qwen3Config(**{**qwen3, "head_dim": 12}), F16)
    case("qwen3_biases_window", Qwen3ForSequenceClassification,
         Qwen3Config(**{**qwen3, "attention_bias": True, "use_sliding_window": True, "max_window_layers": 1}),
         without=[{"attention_bias": False}, *windows])


def mixtures():
    base = dict(SMALL, num_experts=5, num_experts_per_tok=2, moe_intermediate_size=8, rope_parameters=plain())
    base["num_hidden_layers"] = 3
    def make(name, without, spelling=None, tensors=None, edit=None, note="", **more):
        config = Qwen3MoeConfig(**{**base, **more})
        model = fill(Qwen3MoeForSequenceClassification(config), name).to(BF16).float()
        model.set_experts_implementation("eager")
        least = []
        def edge(module, _, output):
            p = output[0].softmax(-1).sort(-1, descending=True).values
            least.append(float((p[:, module.top_k - 1] - p[:, module.top_k]).min()))
        for module in model.modules():
            if type(module).__name__ == "Qwen3MoeTopKRouter":
                module.register_forward_hook(edge)
        def margin(ids):
            least.clear()
            run(lambda: model, ids, double=False)
            return min(least)
        return case(name, Qwen3MoeForSequenceClassification, config, spelling=spelling, tensors=tensors, edit=edit,
                    without=without, note=note, ids=settled(name, margin))
    released = "Experts as released: mlp.experts.N.gate_proj."
    make("qwen3_moe", [{"norm_topk_prob": False}, {"num_experts_per_tok": 3}], norm_topk_prob=True, note=released,
         num_hidden_layers=2)
    def named(config):
        # transformers 5 writes num_local_experts, released files have num_experts.
        old_spelling(config)
        config["num_experts"] = config.pop("num_local_experts")
    make("qwen3_moe_unnormalised", [{"norm_topk_prob": True}], norm_topk_prob=False, spelling=named,
         note=released, num_hidden_layers=2)
    make("qwen3_moe_mlp_only", [], norm_topk_prob=True, mlp_only_layers=[1])
    make("qwen3_moe_sparse_step", [], norm_topk_prob=True, decoder_sparse_step=2)
    make("qwen3_moe_fused", [], tensors=fused, norm_topk_prob=True, num_experts=4,
         note="Experts fused as transformers 5 holds them in memory: mlp.experts.gate_up_proj, down_proj.")


def fused(tensors):
    import re
    import torch
    layers = sorted({k.split(".experts.")[0] for k in tensors if ".experts.0." in k})
    for layer in layers:
        take = lambda part: [tensors.pop(f"{layer}.experts.{n}.{part}.weight") for n in range(4)]
        gate, up, down = take("gate_proj"), take("up_proj"), take("down_proj")
        tensors[f"{layer}.experts.gate_up_proj"] = torch.stack([torch.cat(pair) for pair in zip(gate, up)])
        tensors[f"{layer}.experts.down_proj"] = torch.stack(down)


def gemmas():
    base = dict(SMALL, rope_parameters=plain(), num_key_value_heads=1, head_dim=12, rms_norm_eps=1e-6)
    case("gemma", GemmaForSequenceClassification, GemmaConfig(**base, hidden_act="gelu_pytorch_tanh"),
         spelling=old_spelling)
    def legacy(config):
        config.update(hidden_act="gelu")
        config.pop("hidden_activation", None)
    folder, ids, states, _ = case(
        "gemma_legacy_gelu", GemmaForSequenceClassification, GemmaConfig(**base, hidden_act="gelu_pytorch_tanh"),
        edit=legacy, note="hidden_act gelu: transformers uses the tanh approximation all the same.")
    same = [run(changed(folder, {"hidden_act": "gelu_pytorch_tanh"}), s)[0] for s in ids]
    assert worst(same, states) == 0
    def truly_exact():
        model = load(folder)
        for layer in model.model.layers:
            layer.mlp.act_fn = torch.nn.GELU()
        return model
    must_matter("gemma_legacy_gelu", truly_exact, ids, states, least=2e-4)
    two = {**base, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 16, "query_pre_attn_scalar": 20}
    def unlisted(config):
        del config["layer_types"]
    case("gemma2", Gemma2ForSequenceClassification,
         Gemma2Config(**two, attn_logit_softcapping=3.0, final_logit_softcapping=5.0), spelling=old_spelling,
         edit=unlisted,
         without=[{"attn_logit_softcapping": None}, {"query_pre_attn_scalar": 8}, {"sliding_window": 256},
                  {"layer_types": ["full_attention", "sliding_attention"]}],
         note="final_logit_softcapping caps a language model's logits, not a score.")
    case("gemma2_no_caps", Gemma2ForSequenceClassification,
         Gemma2Config(**two, attn_logit_softcapping=None, final_logit_softcapping=None),
         without=[{"attn_logit_softcapping": 3.0}])
    three = {**two, "num_hidden_layers": 3}
    def old(config):
        # As Gemma 3 was released: a pattern as a number, two bases, scaling for the global layers only.
        rope = config.pop("rope_parameters")
        scaling = dict(rope["full_attention"])
        config.update(rope_theta=scaling.pop("rope_theta"), rope_scaling=scaling, sliding_window_pattern=3,
                      rope_local_base_freq=rope["sliding_attention"]["rope_theta"], torch_dtype=config.pop("dtype"))
        del config["layer_types"], config["_sliding_window_pattern"]
    ropes = lambda full, local=100.0: {"full_attention": full, "sliding_attention": plain(local)}
    linear = {"rope_type": "linear", "factor": 8.0, "rope_theta": 50000.0}
    types = ["sliding_attention", "sliding_attention", "full_attention"]
    case("gemma3_text_old", Gemma3TextForSequenceClassification,
         Gemma3TextConfig(**{**three, "rope_parameters": ropes(linear), "layer_types": types}), spelling=old,
         without=[{"rope_scaling": None}, {"rope_local_base_freq": 50000.0}, {"sliding_window_pattern": 2},
                  {"sliding_window": 256}, {"query_pre_attn_scalar": 8}])
    case("gemma3_text", Gemma3TextForSequenceClassification,
         Gemma3TextConfig(**{**three, "rope_parameters": ropes(linear), "layer_types": types[::-1]}),
         without=[{"rope_parameters": ropes(plain(50000.0))}, {"rope_parameters": ropes(linear, 50000.0)}])


def phis():
    base = {k: v for k, v in SMALL.items() if k != "head_dim"}
    base.update(hidden_size=32, original_max_position_embeddings=256, rope_parameters=plain(1000.0))
    def phi3(name, without=(), spelling=None, note="", ids=None, **more):
        return case(name, Phi3ForSequenceClassification, Phi3Config(**{**base, **more}), spelling=spelling,
                    without=without, note=note, ids=ids)[0]
    def old(config):
        old_spelling(config)
        if config["rope_scaling"]:
            scaling = config["rope_scaling"]
            config["partial_rotary_factor"] = scaling.pop("partial_rotary_factor")
            scaling.pop("original_max_position_embeddings")
            config["rope_scaling"] = {"type": scaling.pop("rope_type"), **scaling}
    phi3("phi3", spelling=old)
    phi3("phi3_window", sliding_window=16, without=[{"sliding_window": None}])
    partial = {"partial_rotary_factor": 0.75}
    phi3("phi3_partial", rope_parameters={**plain(1000.0), **partial},
         without=[{"rope_parameters": plain(1000.0)}])
    long = {"rope_type": "longrope", "rope_theta": 1000.0, "short_factor": [1.0, 1.1, 1.5, 2.0],
            "long_factor": [1.5, 2.5, 6.0, 12.0]}
    edge = sequences("phi3_longrope", lengths=(1, 5, 63, 64, 65, 150))
    switched = "Six sequences: up to 64 tokens the short factors, beyond it the long ones; the factor on cosines is the same."
    phi3("phi3_longrope", rope_parameters=long, original_max_position_embeddings=64, ids=edge, note=switched,
         without=[{"rope_parameters": {**long, "long_factor": long["short_factor"]}},
                  {"rope_parameters": {**long, "short_factor": long["long_factor"]}},
                  {"max_position_embeddings": 64}])
    phi3("phi3_longrope_old", rope_parameters={**long, **partial, "short_factor": [1.0, 1.2, 2.0],
                                               "long_factor": [2.0, 4.0, 9.0]},
         original_max_position_embeddings=32, sliding_window=64, spelling=old,
         without=[{"rope_scaling": None}, {"sliding_window": None}])
    folder = phi3("phi3_longrope_su", rope_parameters=long, original_max_position_embeddings=64, spelling=old,
                  without=[{"rope_scaling": None}],
                  note="The first releases wrote su for longrope. transformers 5.23 fails on it; run as longrope.")
    edit_config(folder, lambda config: config["rope_scaling"].update(type="su"))


def olmos():
    base = {k: v for k, v in SMALL.items() if k != "head_dim"}
    base.update(hidden_size=32, rope_parameters=plain())
    case("olmo2", Olmo2ForSequenceClassification, Olmo2Config(**base), spelling=old_spelling)
    case("olmo2_biases", Olmo2ForSequenceClassification, Olmo2Config(**base, attention_bias=True), F16,
         without=[{"attention_bias": False}])


def make():
    for part in (llamas, mistrals, qwens, mixtures, gemmas, phis, olmos):
        part()
