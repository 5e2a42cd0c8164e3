"""What transformers does with two switches that a configuration may have and a family may ignore: `partial_rotary_factor`
(in the rotary parameters or beside them, and by type of rope) and `is_causal`. Writes switches.json.

  pip install torch==2.15.0 transformers==5.23.0
  python switches.py

Of each configuration: how many values of a head are turned ("turned"), or that the forward pass fails ("fails"); and whether
a later token changes the state of the first one ("bothWays").
"""
import copy, json, os
import torch
from transformers import AutoConfig, AutoModel, logging

os.environ["HF_HUB_OFFLINE"] = "1"
logging.set_verbosity_error()
SMALL = dict(vocab_size=64, hidden_size=32, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, pad_token_id=0, bos_token_id=1,
             eos_token_id=2)
FAMILIES = {"llama": {}, "mistral": {}, "qwen2": {}, "qwen3": {"head_dim": 8},
            "qwen3_moe": {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 8, "head_dim": 8},
            "gemma": {"head_dim": 8}, "gemma2": {"head_dim": 8}, "gemma3_text": {"head_dim": 8},
            "phi3": {}, "olmo2": {}, "gpt_neox": {}}
ROPES = {"default": {"rope_type": "default", "rope_theta": 10000.0},
         "linear": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0},
         "dynamic": {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0},
         "llama3": {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
                    "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
         "yarn": {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 32}}


def loaded(config):
    """As from_pretrained reads a config.json."""
    config = copy.deepcopy(config)
    cls = type(AutoConfig.for_model(config["model_type"]))
    config = cls.from_dict(config)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    return AutoModel.from_config(config, attn_implementation="eager").eval()


def turned(config):
    try:
        model = loaded(config)
        with torch.inference_mode():
            model(torch.tensor([[3, 4, 5]]))
    except Exception as error:
        return "fails"
    rotary = next(m for m in model.modules() if "RotaryEmbedding" in type(m).__name__)
    names = ["inv_freq"] if hasattr(rotary, "inv_freq") else [f"{t}_inv_freq" for t in model.config.layer_types]
    sizes = {2 * getattr(rotary, n).shape[0] for n in names}
    assert len(sizes) == 1, (config, sizes)
    return sizes.pop()


def both_ways(config):
    model = loaded(config)
    with torch.inference_mode():
        a, b = (model(torch.tensor([ids])).last_hidden_state[0, 0] for ids in ([3, 4, 5], [3, 4, 9]))
    return not torch.equal(a, b)


rows = []
for family, more in FAMILIES.items():
    base = {"model_type": family, **SMALL, **more}
    for kind, rope in ROPES.items():
        if family == "phi3" and kind != "default":
            continue
        nested = family == "gemma3_text"
        def with_rope(part, base=base, rope=rope, nested=nested):
            parameters = {**rope, **part}
            return {**base, "rope_parameters": {"full_attention": parameters, "sliding_attention": dict(parameters)}
                    if nested else parameters}
        for config in (with_rope({}), with_rope({"partial_rotary_factor": 0.5}),
                       {**with_rope({}), "partial_rotary_factor": 0.5}, with_rope({"partial_rotary_factor": 1.0}),
                       {**with_rope({}), "rotary_pct": 0.5}):
            rows.append({"config": config, "turned": turned(config)})
    old = {**base, "rope_theta": 500.0, "partial_rotary_factor": 0.5}
    rows.append({"config": old, "turned": turned(old)})
    if family != "phi3":
        old = {**old, "rope_scaling": {"type": "linear", "factor": 2.0}}
        rows.append({"config": old, "turned": turned(old)})
for family, more in FAMILIES.items():
    for change in ({}, {"is_causal": True}, {"is_causal": False}, {"is_causal": None}, {"is_causal": 0},
                   {"use_bidirectional_attention": True}, {"use_bidirectional_attention": None}):
        config = {"model_type": family, **SMALL, **more, **change}
        try:
            found = both_ways(config)
        except Exception as error:
            print(family, change, type(error).__name__, str(error)[:200])
            found = "fails"
        rows.append({"config": config, "bothWays": found})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "switches.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
