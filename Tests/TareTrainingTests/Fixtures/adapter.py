"""Gradients of LoRA on the top layers of a decoder, by autograd in float64.

  python3 adapter.py >adapter.json    (torch 2.15, transformers 5.23, peft 0.21)

Two tiny random layers of Llama and of Qwen2 (biases) read rows of a residual stream; the loss is the weighted sum of the
last row after the final norm. All that is random is rounded to float32 first.
"""
import json

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaModel, Qwen2Config, Qwen2Model

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)
SIZES = dict(hidden_size=16, num_attention_heads=4, num_key_value_heads=2, intermediate_size=20, num_hidden_layers=2,
             vocab_size=8, rms_norm_eps=1e-5, max_position_embeddings=64, attn_implementation="eager")
TARGETS = {"llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], "qwen2": ["q_proj", "v_proj"]}
PLACES = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
          "mlp.down_proj"]


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def case(name, config, kind, rows):
    model = kind(config(**SIZES))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((torch.randn(parameter.shape) * 0.4 + (1 if parameter.ndim == 1 else 0)).float().double())
    model = get_peft_model(model, LoraConfig(r=3, lora_alpha=6, target_modules=TARGETS[name])).double()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" in key:
                parameter.copy_((torch.randn(parameter.shape) * 0.3).float().double())
    states = torch.randn(1, rows, 16).float().double()
    weights = torch.randn(16).float().double()
    feature = model(inputs_embeds=states).last_hidden_state[0, -1]
    (feature * weights).sum().backward()
    layers = []
    for layer in model.base_model.model.layers:
        linears = []
        for place in PLACES:
            linear = layer.get_submodule(place)
            base = getattr(linear, "base_layer", linear)
            entry = {"inputs": base.in_features, "outputs": base.out_features, "weight": flat(base.weight)}
            if base.bias is not None:
                entry["bias"] = flat(base.bias)
            if hasattr(linear, "lora_A"):
                a, b = linear.lora_A["default"].weight, linear.lora_B["default"].weight
                entry |= {"a": flat(a), "b": flat(b), "a_gradient": flat(a.grad), "b_gradient": flat(b.grad)}
            linears.append(entry)
        layers.append({"attention_norm": flat(layer.input_layernorm.weight),
                       "feed_forward_norm": flat(layer.post_attention_layernorm.weight), "linears": linears})
    inner = model.base_model.model
    return {"name": name, "head_dim": inner.layers[0].self_attn.head_dim, "base": 10000.0, "rank": 3, "scale": 2.0,
            "layers": layers, "final_norm": flat(inner.norm.weight), "states": flat(states), "weights": flat(weights),
            "feature": flat(feature)}


if __name__ == "__main__":
    cases = [case("llama", LlamaConfig, LlamaModel, 5), case("qwen2", Qwen2Config, Qwen2Model, 7)]
    print(json.dumps(cases, separators=(",", ":")))
