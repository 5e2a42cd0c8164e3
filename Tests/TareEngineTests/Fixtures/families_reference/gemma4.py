"""Gemma 4's text part, by itself and inside a class that also sees."""
import transformers
from .common import *
from .decoders import plain
from transformers.modeling_layers import GenericForSequenceClassification
from transformers.models.gemma4.modeling_gemma4 import Gemma4PreTrainedModel

BASE = dict(vocab_size=64, hidden_size=32, intermediate_size=24, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5, num_labels=1,
            pad_token_id=0, bos_token_id=1, eos_token_id=2, sliding_window=16, vocab_size_per_layer_input=64,
            hidden_size_per_layer_input=0, global_head_dim=12)

class Gemma4TextForSequenceClassification(GenericForSequenceClassification, Gemma4PreTrainedModel):
    """transformers has none; made as the others are."""
    config_class = config = transformers.Gemma4TextConfig


transformers.AutoModelForSequenceClassification.register(
    transformers.Gemma4TextConfig, Gemma4TextForSequenceClassification, exist_ok=True)
KINDS = ["sliding_attention", "full_attention"]


def scales(model):
    """Numbers around 1 for what multiplies the stream, the router's input and the experts."""
    g = generator("scales")
    for key, buffer in sorted(model.named_buffers()):
        if key.endswith("layer_scalar"):
            buffer.copy_(1 + 0.2 * torch.randn(1, generator=g))
    for key, p in sorted(model.named_parameters()):
        if key.endswith(("router.scale", "per_expert_scale")):
            p.data.copy_(1 + 0.3 * torch.randn(p.shape, generator=g))
        if key.endswith(("q_norm.weight", "k_norm.weight")):
            p.data *= 0.6


def text(name, without=(), dtype=BF16, spelling=None, ids=None, note="", **more):
    config = transformers.Gemma4TextConfig(**{**BASE, "layer_types": KINDS * 2, **more})
    return case(name, Gemma4TextForSequenceClassification, config, dtype, without=without, about=1.0, fill_more=scales, note=note,
                spelling=spelling, ids=ids)


def released(config):
    """Sizes of heads as released files have them."""
    layers = config.pop("per_layer_config")
    config["global_head_dim"] = next(iter(layers.values()))["head_dim"]
    config["num_global_key_value_heads"] = next(iter(layers.values())).get("num_key_value_heads")


def margin(config, name):
    """The least difference between the last expert that is chosen and the first that is not."""
    model = exact(scaled(config, name))
    found = []
    def look(module, args, output):
        order = output[0].sort(dim=-1, descending=True).values
        found.append(float((order[:, config.top_k_experts - 1] - order[:, config.top_k_experts]).min()))
    for key, module in model.named_modules():
        if key.endswith("router"):
            module.register_forward_hook(look)
    def least(ids):
        found.clear()
        with torch.inference_mode(), Exact():
            model(torch.tensor([ids]))
        return min(found)
    return least


def scaled(config, name):
    model = fill(Gemma4TextForSequenceClassification(config), name, 1.0)
    scales(model)
    return model.to(BF16).float()


def mixture():
    name = "gemma4_text_mixture"
    more = dict(enable_moe_block=True, num_experts=6, top_k_experts=2, moe_intermediate_size=8, attention_k_eq_v=True,
                num_global_key_value_heads=1, num_hidden_layers=2, layer_types=KINDS)
    config = transformers.Gemma4TextConfig(**{**BASE, **more})
    text(name, ids=settled(name, margin(config, name)), spelling=released,
         note="Experts beside the block, keys for values, one global key-value head.", **more)


def pictures():
    """Saved by the class that also sees and hears; the text part stands inside."""
    config = transformers.Gemma4Config(
        text_config={**BASE, "layer_types": KINDS * 2, "hidden_size_per_layer_input": 6, "num_kv_shared_layers": 2},
        vision_config=dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
                           num_key_value_heads=2, head_dim=8, patch_size=4, position_embedding_size=16),
        image_token_id=63, video_token_id=62, audio_token_id=61, boi_token_id=60, eoi_token_id=59, boa_token_id=58)
    folder = folder_of("gemma4")
    model = fill(transformers.Gemma4ForConditionalGeneration(config), "gemma4", 1.0)
    scales(model)
    model.to(BF16).save_pretrained(folder)
    os.remove(os.path.join(folder, "generation_config.json"))
    # Files have tensors of layers that read other layers' keys, which take no part.
    def more(tensors):
        key = "model.language_model.layers.3.self_attn."
        tensors[key + "k_proj.weight"] = torch.ones(24, 32, dtype=BF16)
        tensors[key + "k_norm.weight"] = torch.ones(12, dtype=BF16)
    edit_tensors(folder, more)
    def run_model(model, x):
        return model.model(input_ids=x).last_hidden_state[0], model(input_ids=x).logits[0, -1, :3]
    loader = lambda: load(folder, transformers.Gemma4ForConditionalGeneration)
    reference(folder, loader, sequences("gemma4", 58), run_model, note="Logits of tokens 0 to 2 at the last position.")


def unified():
    """Gemma 4 12B: the same without embeddings for each layer, inside its own class."""
    config = transformers.Gemma4UnifiedConfig(
        text_config={k: v for k, v in {**BASE, "layer_types": KINDS * 2, "attention_k_eq_v": True,
                                       "num_global_key_value_heads": 1}.items() if "per_layer" not in k},
        image_token_id=63, video_token_id=62, audio_token_id=61, boi_token_id=60, eoi_token_id=59, boa_token_id=58)
    folder = folder_of("gemma4_unified")
    model = fill(transformers.Gemma4UnifiedForConditionalGeneration(config), "gemma4_unified", 1.0)
    scales(model)
    model.to(BF16).save_pretrained(folder)
    os.remove(os.path.join(folder, "generation_config.json"))
    def run_model(model, x):
        return model.model(input_ids=x).last_hidden_state[0], model(input_ids=x).logits[0, -1, :3]
    loader = lambda: load(folder, transformers.Gemma4UnifiedForConditionalGeneration)
    reference(folder, loader, sequences("gemma4_unified", 58), run_model, note="Logits of tokens 0 to 2 at the last position.")


def make():
    ropes = {"full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.5, "rope_theta": 1000.0},
             "sliding_attention": plain(100.0)}
    text("gemma4_text", [{"sliding_window": 256}, {"rope_parameters": {**ropes, "full_attention": plain(1000.0)}},
                         {"rope_parameters": {**ropes, "sliding_attention": plain(5000.0)}}],
         rope_parameters=ropes, hidden_activation="gelu_pytorch_tanh", dtype=F32,
         note="Heads of 8 with a window and of 12 without; a part of these is turned.")
    text("gemma4_text_small", [], spelling=released, hidden_size_per_layer_input=6, num_kv_shared_layers=2,
         use_double_wide_mlp=True, vocab_size_per_layer_input=70,
         note="Embeddings for each layer; the last layers read others' keys and have blocks of twice the size.")
    text("gemma4_text_switches", hidden_size_per_layer_input=4,
         num_kv_shared_layers=1, attention_bias=True, attention_k_eq_v=True, num_global_key_value_heads=1,
         final_logit_softcapping=20.0, layer_types=KINDS[::-1] * 2,
         use_bidirectional_attention="vision", hidden_activation="silu",
         rope_parameters={"full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1000.0,
                                             "factor": 2.0},
                          "sliding_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 100.0}},
         note="The last layer sees all, whatever the file says; biases, keys for values.")
    mixture()
    pictures()
    unified()
