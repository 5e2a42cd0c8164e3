"""Quantised folders: each is a tiny Llama (or another family) whose linear layers are packed, and the reference is the
model of the weights that the method's own implementation makes of them, in float32. `weights.safetensors` has two of
these.

  pip install bitsandbytes==0.50.2 compressed-tensors==0.20.1 torchao==0.18.0 'mlx[cpu]'

GPTQ and AWQ are written here after the published formulae (AutoGPTQ's qlinear_cuda, AutoAWQ's packing_utils), and so are
ModelOpt's NVFP4 and torchao's Int4Tensor, whose quantisers need a GPU.
"""
import numpy as np
import torch
from transformers import (DeepseekV3Config, DeepseekV3ForSequenceClassification, GptOssConfig,
                          GptOssForSequenceClassification, LlamaConfig, LlamaForSequenceClassification)
from .common import *
from .remote import save

SIZES = dict(SMALL, hidden_size=64, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4,
             num_key_value_heads=2, head_dim=16)
F8 = torch.float8_e4m3fn
SHOWN = ["model.layers.0.self_attn.k_proj.weight", "model.layers.0.mlp.down_proj.weight"]


def finish(name, tensors, plain, quantization, note, metadata=None, key="quantization_config", config=None, shown=SHOWN,
           ids=None):
    """Saves the packed folder and the reference of the plain weights."""
    folder = folder_of(name)
    config = config or LlamaConfig(**SIZES)
    config.architectures = [type(model_of(config)).__name__]
    config.save_pretrained(folder)
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(folder, "model.safetensors"),
              metadata={"format": "pt", **(metadata or {})})
    whole = tempfile.mkdtemp()
    shutil.copy(os.path.join(folder, "config.json"), whole)
    save(whole, plain)
    edit_config(folder, lambda c: c.update({key: quantization}))
    if shown:
        save_file({k: plain[k].float().contiguous() for k in shown}, os.path.join(folder, "weights.safetensors"))
    reference(folder, lambda: load(whole), ids or sequences(name, lengths=(1, 5, 41)), note=note)


def model_of(config):
    return AutoModelForSequenceClassification.from_config(config)


def start(name, config=None):
    """Weights by name in bfloat16, and whether each is a linear layer of the body."""
    model = fill(model_of(config or LlamaConfig(**SIZES)), name).to(BF16)
    weights = {k: v.detach().clone() for k, v in model.state_dict().items()}
    return weights, [k for k in weights if "_proj.weight" in k]


def packed(name, method, quantization, note, **more):
    """A folder whose linear layers `method` turns into parts and a float32 weight."""
    weights, layers = start(name)
    tensors, plain = dict(weights), {k: v.float() for k, v in weights.items()}
    for key in layers:
        parts, value = method(key[:-len(".weight")], weights[key].float())
        del tensors[key]
        tensors.update(parts)
        assert value.dtype == F32 and value.shape == weights[key].shape, key
        assert not torch.equal(value, weights[key].float())
        plain[key] = value
    finish(name, tensors, plain, quantization, note, **more)


# GPTQ and AWQ

def words(codes, bits):
    """Codes along the first axis as 32-bit words, the first in the lowest bits; [n, …] to [n·bits/32, …]."""
    stream = ((codes[:, None] >> np.arange(bits).reshape(1, -1, *[1] * (codes.ndim - 1))) & 1).reshape(-1, *codes.shape[1:])
    stream = stream.reshape(-1, 32, *codes.shape[1:]).astype(np.uint64)
    shifts = np.arange(32, dtype=np.uint64).reshape(1, 32, *[1] * (codes.ndim - 1))
    return torch.from_numpy((stream << shifts).sum(1).astype(np.uint32).view(np.int32).copy())


def rounded(w, group_of, groups, bits, symmetric):
    """Codes [inputs, outputs], and scales and zero points [groups, outputs], of a weight [outputs, inputs]."""
    w = w.t().numpy()
    scales, zeros = np.zeros((groups, w.shape[1]), np.float16), np.zeros((groups, w.shape[1]), np.int64)
    most = 2 ** bits - 1
    for g in range(groups):
        part = w[group_of == g]
        low, high = np.minimum(part.min(0), 0), np.maximum(part.max(0), 0)
        if symmetric:
            high = np.maximum(-low, high); low = -high
        scales[g] = (high - low) / most
        zeros[g] = 2 ** (bits - 1) if symmetric else np.clip(np.round(-low / scales[g].astype(np.float32)), 1, most)
    codes = np.clip(np.round(w / scales[group_of].astype(np.float32)) + zeros[group_of], 0, most).astype(np.int64)
    return codes, scales, zeros


def gptq(name, bits, group, symmetric, order, version, note, borrow=False, meta=None):
    def method(stem, w):
        inputs = w.shape[1]
        size = inputs if group == -1 else group
        group_of = np.arange(inputs) // size
        if order:
            group_of = np.random.default_rng(zlib.crc32(stem.encode())).permutation(group_of)
        codes, scales, zeros = rounded(w, group_of, inputs // size, bits, symmetric)
        if borrow:  # zero points of 0, which GPTQModel's subtraction of ones borrows for
            zeros[:, ::3] = 0
        value = torch.from_numpy(((codes - zeros[group_of]).astype(np.float32) * scales[group_of].astype(np.float32)).T.copy())
        qzeros = words(zeros.T.copy(), bits).t().contiguous()
        if version == 1:
            if bits == 3:
                qzeros = words((zeros.T - 1).copy(), bits).t().contiguous()
            else:
                ones = {2: 0x55555555, 4: 0x11111111, 8: 0x01010101}[bits]
                qzeros = torch.from_numpy((qzeros.numpy().view(np.uint32) - np.uint32(ones)).view(np.int32).copy())
        return {stem + ".qweight": words(codes, bits), stem + ".qzeros": qzeros,
                stem + ".scales": torch.from_numpy(scales), stem + ".g_idx": torch.from_numpy(group_of.astype(np.int32))}, value
    settings = {"quant_method": "gptq", "bits": bits, "group_size": group, "desc_act": order, "sym": symmetric,
                "checkpoint_format": "gptq" if version == 1 else "gptq_v2", "damp_percent": 0.01, "lm_head": False,
                **({"meta": meta} if meta else {})}
    packed(name, method, settings, note)


def awq(stem, w):
    inputs = w.shape[1]
    group_of = np.arange(inputs) // 32
    codes, scales, zeros = rounded(w, group_of, inputs // 32, 4, False)
    value = torch.from_numpy(((codes - zeros[group_of]).astype(np.float32) * scales[group_of].astype(np.float32)).T.copy())
    order = [0, 2, 4, 6, 1, 3, 5, 7]
    mixed = lambda t: t.reshape(len(t), -1, 8)[:, :, order].reshape(len(t), -1)
    along = lambda t: words(mixed(t).T.copy(), 4).t().contiguous()
    return {stem + ".qweight": along(codes), stem + ".qzeros": along(zeros), stem + ".scales": torch.from_numpy(scales)}, value


def gptqs():
    gptq("quant_gptq4", 4, 16, True, True, 1, "GPTQ, 4 bits, version 1, inputs in the order of their activations.")
    gptq("quant_gptq4_v2", 4, 32, False, False, 2, "GPTQ, 4 bits, version 2, zero points.")
    gptq("quant_gptq4_borrow", 4, 32, False, False, 1, "GPTQ of GPTQModel, zero points of 0 in version 1.", borrow=True,
         meta={"quantizer": ["gptqmodel:2.2.0"]})
    gptq("quant_gptq3", 3, 32, False, False, 1, "GPTQ, 3 bits: codes that cross words.")
    gptq("quant_gptq2", 2, 16, True, False, 1, "GPTQ, 2 bits.")
    gptq("quant_gptq8", 8, -1, False, False, 1, "GPTQ, 8 bits, one group.")
    packed("quant_awq", awq, {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm",
                              "modules_to_not_convert": None}, "AWQ in the layout for matrix products.")


# compressed-tensors

def compressed(name, format, weights, note, activations=None, g_idx=False):
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
    from compressed_tensors.quantization.lifecycle.forward import dequantize
    from compressed_tensors.quantization.utils import calculate_qparams
    args = QuantizationArgs(**{k: v for k, v in weights.items() if k != "actorder"})
    scheme = QuantizationScheme(targets=["Linear"], weights=args)
    compressor = BaseCompressor.get_value_from_registry(format)

    def method(stem, w):
        rows, columns = w.shape
        more, block = {}, None
        if args.strategy == "block":
            block = args.block_structure
            parts = w.unflatten(1, (-1, block[1])).unflatten(0, (-1, block[0]))
            low, high = parts.amin((1, 3)), parts.amax((1, 3))
        elif args.strategy == "tensor":
            low, high = w.min()[None], w.max()[None]
        else:
            size = columns if args.strategy == "channel" else args.group_size
            group_of = torch.arange(columns) // size
            if g_idx:
                group_of = group_of[torch.randperm(columns, generator=generator(stem))]
                more["weight_g_idx"] = group_of.to(torch.int32)
            by = torch.stack([w[:, group_of == g] for g in range(columns // size)], 1)
            low, high = by.amin(2), by.amax(2)
        if args.type == "float" and args.num_bits == 4:
            largest = torch.maximum(-low, high)
            if args.group_size == 16:
                more["weight_global_scale"] = (448 * 6 / w.abs().max()).reshape(1)
                scale = (largest / 6 * more["weight_global_scale"]).to(F8).float()
            else:
                scale = 2.0 ** torch.floor(torch.log2(largest / 4))
            zero = None
        elif format == "mxfp8-quantized":
            scale, zero = 2.0 ** torch.ceil(torch.log2(torch.maximum(-low, high) / 448)), None
        else:
            scale, zero = calculate_qparams(low, high, args)
            scale = scale.to(BF16).float()
        state = {"weight": w, "weight_scale": scale, **({} if zero is None else {"weight_zero_point": zero.to(torch.int8)}), **more}
        if g_idx:  # the package permutes the columns by group, packs, and leaves them in their own order
            order = torch.argsort(group_of, stable=True)
            sorted_codes = compressor.compress({**state, "weight": w[:, order]}, scheme)
            from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32, unpack_from_int32
            codes = unpack_from_int32(sorted_codes["weight_packed"], args.num_bits, w.shape)
            by_group = compressor.decompress({**sorted_codes}, scheme)["weight"].float()
            own, value = torch.empty_like(codes), torch.empty_like(by_group)
            own[:, order], value[:, order] = codes, by_group
            state = {**sorted_codes, "weight_packed": pack_to_int32(own, args.num_bits)}
        else:
            state = compressor.compress(dict(state), scheme)
            if "weight_packed" in state and state["weight_packed"].dtype == torch.uint8:
                from compressed_tensors.compressors.nvfp4.helpers import unpack_fp4_from_uint8
                codes = unpack_fp4_from_uint8(state["weight_packed"], rows, columns, dtype=F32)
                value = dequantize(x_q=codes, scale=scale, args=args, dtype=F32,
                                   global_scale=more.get("weight_global_scale"))
            elif format == "mxfp8-quantized":
                value = dequantize(x_q=state["weight"].float(), scale=scale, args=args, dtype=F32)
            else:
                value = compressor.decompress(dict(state), scheme)["weight"].float()
        if state["weight_scale"].dtype == F32 and not more.get("weight_global_scale"):
            assert torch.equal(state["weight_scale"].to(BF16).float(), state["weight_scale"])
            state["weight_scale"] = state["weight_scale"].to(BF16)
        return {f"{stem}.{k}": v if isinstance(v, torch.Tensor) else torch.tensor(v) for k, v in state.items()}, value

    settings = {"quant_method": "compressed-tensors", "format": format, "quantization_status": "compressed",
                "ignore": ["score"], "kv_cache_scheme": None, "config_groups": {"group_0": {
                    "targets": ["Linear"], "weights": weights, "input_activations": activations}}}
    packed(name, method, settings, note)


def all_compressed():
    eight = dict(num_bits=8, type="float", strategy="token", symmetric=True, dynamic=True)
    compressed("quant_ct_int4", "pack-quantized", dict(num_bits=4, type="int", strategy="group", group_size=32, symmetric=True),
               "compressed-tensors, int4 in groups.")
    compressed("quant_ct_int4_zeros", "pack-quantized",
               dict(num_bits=4, type="int", strategy="group", group_size=16, symmetric=False, actorder="group"),
               "compressed-tensors, int4 with zero points, inputs in the order of their activations.", g_idx=True)
    compressed("quant_ct_int4_rows", "pack-quantized", dict(num_bits=4, type="int", strategy="channel", symmetric=True),
               "compressed-tensors, int4, one scale a row.")
    compressed("quant_ct_int8", "int-quantized", dict(num_bits=8, type="int", strategy="channel", symmetric=True),
               "compressed-tensors, int8, one scale a row.", dict(eight, type="int"))
    compressed("quant_ct_int8_zeros", "int-quantized", dict(num_bits=8, type="int", strategy="channel", symmetric=False),
               "compressed-tensors, int8 with zero points.", dict(eight, type="int"))
    compressed("quant_ct_fp8_block", "float-quantized",
               dict(num_bits=8, type="float", strategy="block", block_structure=[16, 32], symmetric=True),
               "compressed-tensors, float8 in blocks.", eight)
    compressed("quant_ct_nvfp4", "nvfp4-pack-quantized",
               dict(num_bits=4, type="float", strategy="tensor_group", group_size=16, symmetric=True), "NVFP4.")
    compressed("quant_ct_mxfp4", "mxfp4-pack-quantized",
               dict(num_bits=4, type="float", strategy="group", group_size=32, symmetric=True, scale_dtype="torch.uint8"),
               "MXFP4.")
    compressed("quant_ct_mxfp8", "mxfp8-quantized",
               dict(num_bits=8, type="float", strategy="group", group_size=32, symmetric=True, scale_dtype="torch.uint8"),
               "MXFP8.")


# bitsandbytes: states as its own `as_dict(packed=True)` gives them

def four_bits(kind, nested, storage=torch.uint8, blocksize=64):
    import bitsandbytes.functional as F
    def method(stem, w):
        codes, state = F.quantize_4bit(w, quant_type=kind, compress_statistics=nested, blocksize=blocksize,
                                       quant_storage=storage)
        value = F.dequantize_4bit(codes, state).float()
        parts = {f"{stem}.weight": codes}
        parts.update({f"{stem}.weight.{k}": v for k, v in state.as_dict(packed=True).items()})
        return parts, value
    return method


def bits_and_bytes():
    import bitsandbytes.functional as F
    settings = lambda kind, nested: {
        "quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_quant_type": kind,
        "bnb_4bit_use_double_quant": nested, "bnb_4bit_compute_dtype": "bfloat16", "bnb_4bit_quant_storage": "uint8",
        "llm_int8_threshold": 6.0, "llm_int8_skip_modules": ["score"]}
    packed("quant_bnb_nf4", four_bits("nf4", False), settings("nf4", False), "bitsandbytes NF4.")
    packed("quant_bnb_nf4_nested", four_bits("nf4", True, BF16), settings("nf4", True),
           "bitsandbytes NF4 with quantised scales, stored as bfloat16.")
    packed("quant_bnb_fp4", four_bits("fp4", True, blocksize=128), settings("fp4", True),
           "bitsandbytes FP4 with quantised scales, blocks of 128.")
    def eight(stem, w):
        codes, scale, _ = F.int8_vectorwise_quant(w.half())
        value = F.int8_vectorwise_dequant(codes, scale)
        return {f"{stem}.weight": codes, f"{stem}.SCB": scale,
                f"{stem}.weight_format": torch.tensor(0, dtype=torch.uint8)}, value.float()
    packed("quant_bnb_int8", eight, dict(settings("fp4", False), load_in_4bit=False, load_in_8bit=True),
           "bitsandbytes, 8 bits.")


# ModelOpt

E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def nvfp4(stem, w):
    groups = w.unflatten(1, (-1, 16))
    second = w.abs().max() / (6 * 448)
    scale = (groups.abs().amax(2) / 6 / second).to(F8)
    step = (scale.float() * second)[:, :, None]
    codes = ((groups / step)[..., None] - E2M1).abs().argmin(-1)
    value = (E2M1[codes] * step).flatten(1)
    flat = codes.flatten(1)
    return {f"{stem}.weight": (flat[:, 0::2] | flat[:, 1::2] << 4).to(torch.uint8), f"{stem}.weight_scale": scale,
            f"{stem}.weight_scale_2": second, f"{stem}.input_scale": torch.tensor(0.01)}, value


def float8(stem, w):
    scale = w.abs().max() / 448
    codes = (w / scale).to(F8)
    return {f"{stem}.weight": codes, f"{stem}.weight_scale": scale, f"{stem}.input_scale": torch.tensor(0.01)}, codes.float() * scale


# torchao

def torchao(name, note, config=None):
    from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
    from torchao.quantization import Int4Tensor, quantize_
    weights, layers = start(name)
    plain, tensors = {k: v.float() for k, v in weights.items()}, dict(weights)
    for key in layers:
        w = weights[key].float()
        if config is None:
            # fbgemm's int4_row_quantize_zp, which needs no GPU: value · scale + zero point.
            groups = w.unflatten(1, (-1, 32))
            low, high = groups.amin(2, keepdim=True), groups.amax(2, keepdim=True)
            scale = ((high - low).clamp(min=1e-6) / 15)
            codes = ((groups - low) / scale).round().clamp(0, 15) - 8
            scale, zero = scale.to(BF16), (low + scale * 8).to(BF16)
            plain[key] = (codes * scale.float() + zero.float()).flatten(1)
            codes = codes.flatten(1).to(torch.int8)
            qdata = (codes[:, 0::2] & 15 | codes[:, 1::2] << 4).to(torch.int8)
            tensors[key] = Int4Tensor(qdata, scale[:, :, 0].t().contiguous(), zero[:, :, 0].t().contiguous(), [1, 32], w.shape)
        else:
            layer = torch.nn.Linear(w.shape[1], w.shape[0], bias=False, dtype=F32)
            layer.weight.data.copy_(w)
            quantize_(layer, config())
            tensors[key] = layer.weight.data
            plain[key] = layer.weight.data.dequantize().float()
    flat, metadata = flatten_tensor_state_dict(tensors)
    finish(name, flat, plain, {"quant_method": "torchao", "quant_type": {"default": {}}}, note, metadata=metadata)


def all_torchao():
    from torchao.quantization import (Float8WeightOnlyConfig, Int8WeightOnlyConfig, IntxWeightOnlyConfig, PerGroup)
    torchao("quant_torchao_int4", "torchao's Int4Tensor.")
    torchao("quant_torchao_int8", "torchao's Int8Tensor.", lambda: Int8WeightOnlyConfig())
    torchao("quant_torchao_intx", "torchao's IntxUnpackedToInt8Tensor, 4 bits.",
            lambda: IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=PerGroup(32)))
    torchao("quant_torchao_float8", "torchao's Float8Tensor.", lambda: Float8WeightOnlyConfig())


# MLX

def mlx(bits, size):
    import mlx.core as mx
    def method(stem, w):
        parts = mx.quantize(mx.array(w.half().numpy()), group_size=size, bits=bits)
        codes, scales, biases = (torch.from_numpy(np.array(p)) for p in parts)
        value = mx.dequantize(parts[0], parts[1].astype(mx.float32), parts[2].astype(mx.float32), group_size=size, bits=bits)
        return {f"{stem}.weight": codes, f"{stem}.scales": scales, f"{stem}.biases": biases}, torch.from_numpy(np.array(value))
    return method


def all_mlx():
    for bits, size in [(4, 64), (3, 32), (6, 32), (8, 32)]:
        packed(f"quant_mlx{bits}", mlx(bits, size), {"group_size": size, "bits": bits}, f"MLX, {bits} bits.",
               key="quantization")


# Experts

def gpt_oss():
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors
    name = "quant_gpt_oss"
    config = GptOssConfig(**dict(SMALL, hidden_size=32, intermediate_size=32, num_local_experts=4, num_experts_per_tok=2))
    model = fill(GptOssForSequenceClassification(config), name).to(BF16)
    tensors = {k: v.detach().clone() for k, v in model.state_dict().items()}
    plain = dict(tensors)
    g = generator(name + " codes")
    for key in [k for k in tensors if k.endswith("experts.gate_up_proj") or k.endswith("experts.down_proj")]:
        experts, inputs, outputs = tensors.pop(key).shape
        blocks = torch.randint(0, 256, (experts, outputs, inputs // 32, 16), generator=g, dtype=torch.uint8)
        scales = torch.randint(122, 126, blocks.shape[:-1], generator=g, dtype=torch.uint8)
        tensors[key + "_blocks"], tensors[key + "_scales"] = blocks, scales
        plain[key] = convert_moe_packed_tensors(blocks, scales, dtype=F32)
        assert plain[key].shape == (experts, inputs, outputs)
    finish(name, tensors, plain, {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]},
           "gpt-oss with MXFP4 experts.", config=config, shown=[])


def deepseek():
    """float8 in blocks, experts by themselves as released and fused as transformers 5 can save them."""
    keys = dict(SMALL, hidden_size=32, intermediate_size=32, moe_intermediate_size=32, n_routed_experts=4, num_experts_per_tok=2,
                n_group=2, topk_group=1, n_shared_experts=1, first_k_dense_replace=1, q_lora_rank=16, kv_lora_rank=16,
                qk_rope_head_dim=8, qk_nope_head_dim=8, v_head_dim=8, head_dim=8, num_key_value_heads=4)
    for name, is_fused in [("quant_fp8_deepseek_v3", False), ("quant_fp8_fused", True)]:
        config = DeepseekV3Config(**keys)
        model = fill(DeepseekV3ForSequenceClassification(config), "quant_fp8_deepseek_v3").to(BF16)
        tensors, plain = {}, {}
        def block(w):
            *rest, rows, columns = w.shape
            parts = w.unflatten(-1, (-1, 16)).unflatten(-3, (-1, 16))
            scale = parts.abs().amax((-3, -1)) / 448
            whole = scale.repeat_interleave(16, -2).repeat_interleave(16, -1)
            codes = (w / whole).to(F8)
            return codes, scale, codes.float() * whole
        for key, value in model.state_dict().items():
            value = value.detach().float()
            plain[key] = value
            if not ("_proj" in key and value.dim() > 1) or value.shape[-1] % 16 or value.shape[-2] % 16:
                tensors[key] = value.to(BF16)
                continue
            codes, scale, plain[key] = block(value)
            if value.dim() == 2 or is_fused:
                end = "_scale_inv"
                tensors[key], tensors[key + end] = codes, scale
                continue
            stem = key.rsplit(".", 1)[0]
            half = value.shape[1] // 2
            for e in range(len(value)):
                names = {"gate_proj": slice(0, half), "up_proj": slice(half, None)} if "gate_up" in key else {"down_proj": slice(None)}
                for part, rows in names.items():
                    blocks = slice(rows.start and rows.start // 16, rows.stop and rows.stop // 16)
                    tensors[f"{stem}.{e}.{part}.weight"] = codes[e, rows]
                    tensors[f"{stem}.{e}.{part}.weight_scale_inv"] = scale[e, blocks]
        finish(name, tensors, plain, {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
                                      "weight_block_size": [16, 16]},
               "DeepSeek-V3 in float8 blocks" + (", experts fused." if is_fused else "."), config=config, shown=[])


def make():
    gptqs()
    all_compressed()
    bits_and_bytes()
    packed("quant_modelopt_nvfp4", nvfp4, {"quant_method": "modelopt", "quant_algo": "NVFP4", "ignore": ["score"]}, "ModelOpt's NVFP4.")
    packed("quant_modelopt_fp8", float8, {"quant_method": "modelopt", "quant_algo": "FP8", "ignore": ["score"]}, "ModelOpt's float8.")
    all_torchao()
    all_mlx()
    gpt_oss()
    deepseek()
