"""The same tiny models as GGUF, written as llama.cpp's converters write them (its conversion/*.py): a model.gguf beside
the checkpoint that the reference was made from, or alone where GGUF cannot say what that checkpoint says."""
import math, re
import gguf
import numpy as np
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, Gemma2Config, Gemma2Model, Gemma3TextConfig, Gemma3TextModel
from .common import *
from .remote import llama_of

ARCHITECTURES = {"llama": "LLAMA", "mistral": "LLAMA", "qwen2": "QWEN2", "qwen3": "QWEN3", "qwen3_moe": "QWEN3MOE",
                 "gemma": "GEMMA", "gemma2": "GEMMA2", "gemma3_text": "GEMMA3", "phi3": "PHI3", "olmo2": "OLMO2",
                 "internlm2": "INTERNLM2"}
# What transformers' reader of GGUF knows; the rest is read back by our own inverse.
READABLE = {"llama", "qwen2", "qwen3", "qwen3_moe", "phi3", "gemma2", "gemma3_text"}


def vocabulary(size):
    names = ["<pad>", "<s>", "</s>"] + [chr(ord("!") + i) for i in range(size - 4)]
    return names + [names[3] + names[4]], [3, 3, 3] + [1] * (size - 3), f"{names[3]} {names[4]}"


def permuted(w, heads):
    """llama.cpp pairs neighbouring rows where transformers pairs halves."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def converted(kind, tensors, c):
    """A checkpoint's tensors by their own names, shaped and valued as llama.cpp wants them."""
    heads, groups = c["num_attention_heads"], c["num_key_value_heads"]
    out, experts = {}, {}
    for key, value in tensors.items():
        value = value.float()
        if key.startswith(("score", "v_head")):
            continue
        if kind in ("llama", "mistral") and re.search(r"[qk]_proj", key):
            value = permuted(value, heads if "q_proj" in key else groups)
        if kind.startswith("gemma") and key.endswith("norm.weight"):
            value = value + 1
        if "wqkv" in key:
            q = value.unflatten(0, (groups, heads // groups + 2, -1))
            layer = key.replace("wqkv", "{}")
            out[layer.format("wq")] = permuted(q[:, :-2].flatten(0, 2), heads)
            out[layer.format("wk")] = permuted(q[:, -2].flatten(0, 1), groups)
            out[layer.format("wv")] = q[:, -1].flatten(0, 1)
        elif match := re.match(r"(.*\.experts)\.(\d+)\.(.*)", key):
            experts.setdefault(f"{match[1]}.{match[3]}", {})[int(match[2])] = value
        else:
            out[key] = value
    for key, parts in experts.items():
        out[key] = torch.stack([parts[n] for n in sorted(parts)])
    return out


def parameters(w, kind, c):
    rope = c["rope_parameters"]
    full = rope.get("full_attention", rope)
    size = c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]
    w.add_block_count(c["num_hidden_layers"])
    w.add_context_length(c["max_position_embeddings"])
    w.add_embedding_length(c["hidden_size"])
    w.add_feed_forward_length(c["intermediate_size"])
    w.add_head_count(c["num_attention_heads"])
    w.add_head_count_kv(c["num_key_value_heads"])
    w.add_layer_norm_rms_eps(c["rms_norm_eps"])
    if kind not in ("gemma", "gemma2"):
        w.add_rope_freq_base(full["rope_theta"])
    if "sliding_attention" in rope:
        w.add_rope_freq_base_swa(rope["sliding_attention"]["rope_theta"])
    if kind != "phi3" and c.get("head_dim"):
        w.add_key_length(size)
        w.add_value_length(size)
    if kind in ("llama", "mistral"):
        w.add_vocab_size(c["vocab_size"])
        w.add_rope_dimension_count(size)
    if kind == "phi3":
        w.add_rope_scaling_orig_ctx_len(c["original_max_position_embeddings"])
        w.add_rope_dimension_count(int(full.get("partial_rotary_factor", 1.0) * c["hidden_size"]) // c["num_attention_heads"])
        w.add_sliding_window(c["sliding_window"] or 0)
        scale = c["max_position_embeddings"] / c["original_max_position_embeddings"]
        if full["rope_type"] == "longrope":
            w.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(scale) / math.log(c["original_max_position_embeddings"])))
    elif full["rope_type"] == "linear":
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(full["factor"])
    elif full["rope_type"] == "yarn":
        w.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        w.add_rope_scaling_factor(full["factor"])
        w.add_rope_scaling_orig_ctx_len(full["original_max_position_embeddings"])
    if kind in ("gemma2", "gemma3_text"):
        w.add_sliding_window(c["sliding_window"])
    if kind == "gemma2":
        w.add_attn_logit_softcapping(c["attn_logit_softcapping"])
        w.add_final_logit_softcapping(c["final_logit_softcapping"])
    if kind == "qwen3_moe":
        w.add_expert_count(c["num_local_experts"])
        w.add_expert_used_count(c["num_experts_per_tok"])
        w.add_expert_feed_forward_length(c["moe_intermediate_size"])


def extras(kind, c):
    rope = c["rope_parameters"]
    if rope.get("rope_type") == "llama3":
        size = c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]
        low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
        old = rope["original_max_position_embeddings"]
        factors = []
        for f in 1 / rope["rope_theta"] ** (torch.arange(0, size, 2, dtype=torch.float32) / size):
            length = 2 * math.pi / float(f)
            smooth = (old / length - low) / (high - low)
            factors.append(1.0 if length < old / high else factor if length > old / low
                           else 1 / ((1 - smooth) / factor + smooth))
        return {"rope_freqs.weight": factors}
    if rope.get("rope_type") == "longrope":
        return {"rope_factors_long.weight": rope["long_factor"], "rope_factors_short.weight": rope["short_factor"]}
    return {}


def write(path, name, kind, tensors, c):
    arch = getattr(gguf.MODEL_ARCH, ARCHITECTURES[kind])
    names = gguf.get_tensor_name_map(arch, c["num_hidden_layers"])
    w = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[arch])
    w.add_name(name)
    parameters(w, kind, c)
    w.add_file_type(1)
    tokens, types, merge = vocabulary(c["vocab_size"])
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("default")
    w.add_token_list(tokens)
    w.add_token_types(types)
    w.add_token_merges([merge])
    for add, token in ((w.add_bos_token_id, 1), (w.add_eos_token_id, 2), (w.add_pad_token_id, 0)):
        add(token)
    for key, value in extras(kind, c).items():
        w.add_tensor(key, np.array(value, dtype=np.float32))
    for key, value in converted(kind, tensors, c).items():
        new = names.get_name(key, try_suffixes=(".weight", ".bias"))
        assert new, key
        data = value.numpy()
        half = data.astype(np.float16)
        if data.ndim == 1 or "ffn_gate_inp" in new:
            w.add_tensor(new, data)
        elif (half.astype(np.float32) == data).all():
            w.add_tensor(new, half)
        else:
            # Small bfloat16 values that a half cannot hold: the reference must stay exact.
            kept = gguf.GGMLQuantizationType.BF16 if (value.bfloat16().float() == value).all() \
                else gguf.GGMLQuantizationType.F32
            w.add_tensor(new, gguf.quants.quantize(data, kept), raw_dtype=kept)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def restored(path, kind, tensors, c):
    """The checkpoint's tensors again, out of the file."""
    arch = getattr(gguf.MODEL_ARCH, ARCHITECTURES[kind])
    names = gguf.get_tensor_name_map(arch, c["num_hidden_layers"])
    read = {t.name: torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32)).reshape(
        tuple(int(n) for n in reversed(t.shape))) for t in gguf.GGUFReader(path).tensors}
    heads, groups = c["num_attention_heads"], c["num_key_value_heads"]
    back = lambda w, n: w.reshape(n, w.shape[0] // n // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)
    for key, value in tensors.items():
        if key.startswith(("score", "v_head")):
            continue
        if "wqkv" in key:
            layer = "blk." + key.split(".")[2]
            q, k, v = (read[f"{layer}.attn_{p}.weight"] for p in "qkv")
            new = torch.cat([back(q, heads).unflatten(0, (groups, -1)), back(k, groups).unflatten(0, (groups, -1)),
                             v.unflatten(0, (groups, -1))], 1).flatten(0, 1)
        elif match := re.match(r"(.*\.experts)\.(\d+)\.(.*)", key):
            new = read[names.get_name(f"{match[1]}.{match[3]}", try_suffixes=(".weight",))][int(match[2])]
        else:
            new = read[names.get_name(key, try_suffixes=(".weight", ".bias"))]
            if kind in ("llama", "mistral") and re.search(r"[qk]_proj", key):
                new = back(new, heads if "q_proj" in key else groups)
            if kind.startswith("gemma") and key.endswith("norm.weight"):
                new = new - 1
        assert (new - value.float()).abs().max() < 1e-6, key


def beside(name, folder=None):
    """Writes model.gguf into a case's folder, from its checkpoint, and reads it back."""
    source = folder or os.path.join(ROOT, name)
    target = os.path.join(ROOT, name, "model.gguf")
    tensors = load_file(os.path.join(source, "model.safetensors"))
    stored = json.load(open(os.path.join(source, "config.json")))
    kind = stored["model_type"]
    c = stored if kind == "internlm2" else AutoConfig.from_pretrained(source).to_dict()
    c.setdefault("rope_parameters", {"rope_type": "default", "rope_theta": stored.get("rope_theta", 10000)})
    write(target, name, kind, tensors, c)
    restored(target, kind, tensors, c)
    expected = json.load(open(os.path.join(ROOT, name, "reference.json")))
    if kind in READABLE:
        config = AutoConfig.from_pretrained(source)
        # Its reader finds fused experts only under a language model's names.
        model = AutoModelForCausalLM.from_pretrained(os.path.dirname(target), gguf_file="model.gguf", config=config,
                                                     dtype=torch.float32, attn_implementation="eager",
                                                     experts_implementation="eager").eval().model
    elif kind == "internlm2":
        # An InternLM2 file is a Llama's but for its name, so that transformers can read it as one.
        other = tempfile.mkdtemp()
        plain = llama_of(source)
        copy = os.path.join(other, "model.gguf")
        write(copy, name, "llama", {k: v for k, v in plain.state_dict().items()}, {**c, "head_dim": None})
        same = {t.name: t.data.tobytes() for t in gguf.GGUFReader(copy).tensors}
        assert all(same[t.name] == t.data.tobytes() for t in gguf.GGUFReader(target).tensors)
        return
    else:
        return
    for s, at, hidden in zip(expected["sequences"], expected["positions"], expected["hidden"]):
        with torch.inference_mode():
            states = model(torch.tensor([s])).last_hidden_state[0][at]
        assert (states - torch.tensor(hidden)).abs().max() < 1e-3, name


def alone(name, cls, config, note):
    """A GGUF of its own: what its architecture fixes, the checkpoint has."""
    folder, source = folder_of(name), tempfile.mkdtemp()
    fill(cls(config), name, 0.0).to(F16).save_pretrained(source)
    edit_tensors(source, lambda tensors: {f"model.{k}": v for k, v in tensors.items()})
    def states(model, x):
        return (model(x).last_hidden_state[0], torch.zeros(1, dtype=torch.float64))
    ids = sequences(name)
    write_json(os.path.join(folder, "config.json"), {"pad_token_id": 0})
    reference(folder, lambda: load(source, AutoModel), ids, states, note=note)
    os.remove(os.path.join(folder, "config.json"))
    path = os.path.join(folder, "reference.json")
    content = json.load(open(path))
    del content["scores"], content["readAt"]
    write_json(path, content)
    beside(name, source)


def split():
    """The Llama's GGUF file in parts, as the gguf package (and llama.cpp's gguf-split) names them."""
    folder = folder_of("gguf_split")
    reader = gguf.GGUFReader(os.path.join(ROOT, "llama", "model.gguf"))
    writer = gguf.GGUFWriter(os.path.join(folder, "model.gguf"), "llama", split_max_tensors=9)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        kind = field.types[0]
        if kind == gguf.GGUFValueType.ARRAY:
            writer.add_key_value(name, field.contents(), kind, sub_type=field.types[-1])
        else:
            writer.add_key_value(name, field.contents(), kind)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
    assert len(os.listdir(folder)) > 1


def make():
    for name in ("llama", "llama_rope_llama3", "llama_rope_linear", "mistral_null_window", "qwen2", "qwen2_yarn", "qwen3",
                 "qwen3_moe", "gemma", "phi3_partial", "phi3_longrope", "olmo2", "internlm2"):
        beside(name)
    base = {**SMALL, "rms_norm_eps": 1e-6, "sliding_window": 16, "query_pre_attn_scalar": 8}
    plain = lambda theta: {"rope_type": "default", "rope_theta": theta}
    alone("gguf_gemma2", Gemma2Model, Gemma2Config(**base, attn_logit_softcapping=3.0, final_logit_softcapping=5.0,
                                                  rope_parameters=plain(10000.0)),
          "GGUF has no query_pre_attn_scalar: llama.cpp scales by the head's size, save for 46 layers (27B).")
    full = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0}
    alone("gguf_gemma3", Gemma3TextModel, Gemma3TextConfig(**{**base, "num_hidden_layers": 7, "intermediate_size": 16, "num_attention_heads": 2,
                                                           "num_key_value_heads": 1},
                                                           rope_parameters={"full_attention": full,
                                                                            "sliding_attention": plain(10000.0)}),
          "Every sixth layer is global; rope.scaling is the global layers' only; the local base may be in "
          "rope.freq_base_swa and is 10000 where it is not.")
    split()
