"""Dense decoders beyond the first families, each with the switches that set it apart."""
import transformers
from transformers.modeling_layers import GenericForSequenceClassification
from .common import *
from .decoders import plain

BASE = {k: v for k, v in SMALL.items() if k != "head_dim"}
BASE.update(hidden_size=32, rope_parameters=plain())


def dense(name, family, without=(), base=BASE, note="", dtype=BF16, fill_more=None, **more):
    """A case of a family, by the name of its classes; a key that is None here is left to the class."""
    config = getattr(transformers, f"{family}Config")(**{**base, **more})
    return case(name, classifier(family), config, dtype, without=without, note=note,
                about=0.0 if family == "Nemotron" else None, fill_more=fill_more)


def classifier(family):
    """transformers' classifier; for families that have none there, one that is made as the others are."""
    found = getattr(transformers, f"{family}ForSequenceClassification", None)
    if found:
        return found
    parent = getattr(transformers, f"{family}PreTrainedModel")
    made = type(f"{family}ForSequenceClassification", (GenericForSequenceClassification, parent), {})
    AutoModelForSequenceClassification.register(parent.config_class, made, exist_ok=True)
    setattr(transformers, made.__name__, made)
    return made


def sharper(model):
    """Attention that is far from even, so that its scale matters."""
    for key, p in model.named_parameters():
        if key.endswith("attn.c_attn.weight"):
            p.data.mul_(5)


def mistrals():
    dense("ministral", "Ministral", [{"sliding_window": 256}], sliding_window=16, head_dim=12)
    dense("ministral_layer_types", "Ministral", [{"layer_types": ["full_attention"] * 2}], sliding_window=16,
          head_dim=8, layer_types=["full_attention", "sliding_attention"])
    yarn = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 8.0, "original_max_position_embeddings": 32,
            "beta_fast": 32.0, "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0, "llama_4_scaling_beta": 0.4}
    dense("ministral3", "Ministral3", [{"rope_parameters": {**yarn, "llama_4_scaling_beta": 0.0}}],
          rope_parameters=yarn, head_dim=8)
    dense("ministral3_window", "Ministral3", [{"sliding_window": None}], rope_parameters=yarn, head_dim=12,
          sliding_window=16)


def llamas():
    dense("seed_oss", "SeedOss", head_dim=12)
    dense("seed_oss_biases", "SeedOss", [{"attention_out_bias": False}, {"mlp_bias": False}], head_dim=8,
          attention_out_bias=True, mlp_bias=True)
    dense("seed_oss_no_biases", "SeedOss", head_dim=8, attention_bias=False, mlp_bias=False)
    dense("smollm3", "SmolLM3", [{"no_rope_layers": [1, 1, 1, 1]}], num_hidden_layers=4)
    dense("smollm3_window", "SmolLM3",
          [{"layer_types": ["full_attention"] * 2}, {"no_rope_layers": [1, 1]}], no_rope_layer_interval=2,
          use_sliding_window=True, sliding_window=16, attention_bias=True, mlp_bias=True)
    dense("granite", "Granite", [{"embedding_multiplier": 1.0}, {"residual_multiplier": 1.0},
                                 {"attention_multiplier": 1.0}],
          embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.2, logits_scaling=6.0,
          attention_bias=True, mlp_bias=True)
    dense("granite_defaults", "Granite")
    dense("ernie4_5", "Ernie4_5", head_dim=12)
    dense("ernie4_5_biases", "Ernie4_5", use_bias=True, head_dim=None, num_key_value_heads=None,
          rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0})
    dense("arcee", "Arcee", [{"hidden_act": "relu"}], attention_bias=True, mlp_bias=True, head_dim=12)
    dense("helium", "Helium", num_attention_heads=4, head_dim=8)
    dense("helium_biases", "Helium", attention_bias=True, mlp_bias=True, head_dim=8,
          rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0})
    alpha = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 1.0, "alpha": 50.0}
    dense("hunyuan_v1_dense", "HunYuanDenseV1", head_dim=12, attention_bias=True)
    dense("hunyuan_v1_dense_alpha", "HunYuanDenseV1", [{"rope_parameters": plain()}], head_dim=8,
          rope_parameters=alpha)


def olmos():
    dense("olmo", "Olmo")
    dense("olmo_clip", "Olmo", [{"clip_qkv": None}], clip_qkv=0.8, attention_bias=True)
    yarn = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 8.0, "original_max_position_embeddings": 32}
    ropes = {"full_attention": yarn, "sliding_attention": plain(1000.0)}
    dense("olmo3", "Olmo3", [{"sliding_window": 256},
                             {"rope_parameters": {**ropes, "full_attention": plain()}},
                             {"rope_parameters": {**ropes, "sliding_attention": plain(100000.0)}}],
          num_hidden_layers=4, sliding_window=16, rope_parameters=ropes)
    def released(config):
        config.pop("rope_parameters")
        config.update(rope_theta=2000.0, rope_scaling={k: v for k, v in yarn.items() if k != "rope_theta"})
    folder, ids, states, _ = case(
        "olmo3_released", transformers.Olmo3ForSequenceClassification,
        transformers.Olmo3Config(**{**BASE, "sliding_window": 16, "rope_parameters": None,
                                    "layer_types": ["full_attention", "sliding_attention"]}),
        edit=released, without=[{"rope_scaling": None}, {"rope_theta": 500000.0}],
        note="rope_theta and rope_scaling beside each other: they are those of the layers without a window.")


def exaones():
    dense("exaone4", "Exaone4", [{"sliding_window": 256},
                                 {"layer_types": ["full_attention"] * 4}], num_hidden_layers=4, sliding_window=16)
    dense("exaone4_full", "Exaone4", num_hidden_layers=2, sliding_window=None,
          layer_types=["full_attention"] * 2)


def glms():
    dense("glm", "Glm", [{"rope_parameters": {**plain(), "partial_rotary_factor": 1.0}}], head_dim=16)
    dense("glm_no_bias", "Glm", head_dim=8, attention_bias=False)
    dense("glm4", "Glm4", head_dim=16)
    dense("glm4_partial", "Glm4", head_dim=8, rope_parameters={**plain(), "partial_rotary_factor": 0.75})


def coheres():
    norms = dict(layer_norm_eps=1e-3)
    dense("cohere", "Cohere", [{"layer_norm_eps": 1.0}], **norms)
    dense("cohere_norms", "Cohere", use_qk_norm=True, attention_bias=True, **norms)
    dense("cohere2", "Cohere2", [{"sliding_window": 256}, {"layer_types": ["full_attention"] * 4}],
          num_hidden_layers=4, sliding_window=16, **norms)
    dense("cohere2_biases", "Cohere2", attention_bias=True, sliding_window=32,
          layer_types=["full_attention", "sliding_attention"])


def layer_norms():
    dense("starcoder2", "Starcoder2", [{"sliding_window": None}], sliding_window=16, norm_epsilon=1e-3)
    dense("starcoder2_no_bias", "Starcoder2", use_bias=False)
    eps = dict(layer_norm_eps=1e-3)
    dense("stablelm", "StableLm", rope_parameters={**plain(), "partial_rotary_factor": 0.25}, **eps)
    dense("stablelm_parallel", "StableLm", use_parallel_residual=True, qk_layernorm=True, use_qkv_bias=True,
          rope_parameters={**plain(), "partial_rotary_factor": 0.5}, **eps)
    dense("nemotron", "Nemotron", [{"norm_eps": 1.0}], norm_eps=1e-3)
    dense("nemotron_biases", "Nemotron", attention_bias=True, mlp_bias=True, head_dim=12,
          rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0})
    dense("phi", "Phi")
    dense("phi_norms", "Phi", qk_layernorm=True, rope_parameters={**plain(), "partial_rotary_factor": 0.25})
    more = dict(num_attention_heads=4)
    dense("persimmon", "Persimmon", **more)
    dense("persimmon_no_norms", "Persimmon", qk_layernorm=False, **more)


def falcons():
    keys = dict(num_attention_heads=4, layer_norm_epsilon=1e-3)
    dense("falcon", "Falcon", **keys)
    dense("falcon_new", "Falcon", new_decoder_architecture=True, num_kv_heads=2, ffn_hidden_size=48, **keys)
    dense("falcon_new_one_norm", "Falcon", new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1,
          bias=True, **keys)
    dense("falcon_sequential", "Falcon", parallel_attn=False, multi_query=False, bias=True,
          activation="gelu_pytorch_tanh", **keys)


def gpts():
    keys = dict(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=256, num_labels=1, pad_token_id=0,
                bos_token_id=1, eos_token_id=2)
    gpt2 = lambda name, without=(), family="GPT2", **more: dense(name, family, without, keys, **more)
    gpt2("gpt2", [{"activation_function": "relu"}])
    gpt2("gpt2_scales", [{"scale_attn_weights": True}], scale_attn_weights=False, n_inner=24, layer_norm_epsilon=1e-3)
    gpt2("gpt2_inverse", [{"scale_attn_by_inverse_layer_idx": False}], scale_attn_by_inverse_layer_idx=True,
         fill_more=sharper)
    gpt2("gpt_bigcode", family="GPTBigCode")
    gpt2("gpt_bigcode_heads", family="GPTBigCode", multi_query=False, scale_attn_weights=False)
    gpt2("gptj", [{"rotary_dim": 8}], family="GPTJ", rotary_dim=4, n_inner=24)
    dense("gpt_neo", "GPTNeo", [{"window_size": 256}],
          dict(vocab_size=64, hidden_size=32, num_layers=3, num_heads=4, max_position_embeddings=256, num_labels=1,
               pad_token_id=0), attention_types=[[["global", "local"], 1], [["local"], 1]], window_size=16)
    opt = dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=24,
               max_position_embeddings=256, num_labels=1, pad_token_id=0, word_embed_proj_dim=32)
    dense("opt", "OPT", [], opt)
    dense("opt_no_bias", "OPT", [], opt, enable_bias=False, activation_function="gelu")


def pictures():
    """Gemma 3 with the part that sees: the text part stands inside."""
    text = dict(SMALL, num_key_value_heads=2, head_dim=8, rms_norm_eps=1e-6, sliding_window=16,
                query_pre_attn_scalar=20, num_hidden_layers=3,
                layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                rope_parameters={"full_attention": plain(50000.0), "sliding_attention": plain(100.0)})
    text.pop("num_labels")
    vision = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=28,
                  patch_size=14)
    config = transformers.Gemma3Config(text_config=text, vision_config=vision, num_labels=1, mm_tokens_per_image=4,
                                       image_token_index=63, boi_token_index=62, eoi_token_index=61, pad_token_id=0)
    ids = sequences("gemma3", 60)
    def run_model(model, x):
        return model.model(x).last_hidden_state[0], model(x).logits[0]
    folder = folder_of("gemma3")
    fill(transformers.Gemma3ForSequenceClassification(config), "gemma3").to(BF16).save_pretrained(folder)
    states, scores = reference(folder, lambda: load(folder), ids, run_model, read_at=[len(s) - 1 for s in ids],
                               note="Saved by the class that also sees; its own tensors take no part.")


def mistral_pictures():
    """Ministral 3 as it is released: inside a class that also sees, in float8 with one scale a weight."""
    text = transformers.Ministral3Config(**{**BASE, "rope_parameters": {
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 32.0,
        "beta_slow": 1.0, "mscale_all_dim": 1.0, "mscale": 1.0, "llama_4_scaling_beta": 0.1}})
    vision = transformers.PixtralVisionConfig(hidden_size=16, intermediate_size=16, num_hidden_layers=1,
                                              num_attention_heads=2, image_size=8, patch_size=4)
    config = transformers.Mistral3Config(text_config=text, vision_config=vision, image_token_index=5)
    folder = folder_of("mistral3")
    model = fill(transformers.Mistral3ForConditionalGeneration(config), "mistral3").to(BF16)
    model.save_pretrained(folder)
    whole = folder + "_whole"
    shutil.copytree(folder, whole)
    plain = {}
    def packed(tensors):
        for key in sorted(tensors):
            if "language_model" in key and "_proj.weight" in key:
                w = tensors[key].float()
                scale = (w.abs().max() / 448).to(BF16)
                tensors[key] = (w / scale.float()).to(torch.float8_e4m3fn)
                plain[key] = tensors[key].float() * scale.float()
                stem = key[:-len("weight")]
                tensors[stem + "weight_scale_inv"], tensors[stem + "activation_scale"] = scale, torch.tensor(0.02, dtype=BF16)
            else:
                plain[key] = tensors[key].float()
        return tensors
    edit_tensors(folder, packed)
    edit_tensors(whole, lambda _: plain)
    edit_config(folder, lambda c: c.update(quantization_config={
        "quant_method": "fp8", "activation_scheme": "static", "weight_block_size": None,
        "modules_to_not_convert": ["model.vision_tower", "model.multi_modal_projector", "lm_head"]}))
    ids = [s for s in sequences("mistral3", 60) if 5 not in s] or sequences("mistral3 2", 60, first=6)
    ids = sequences("mistral3", 60, first=6)
    def run_model(model, x):
        out = model.model(input_ids=x).last_hidden_state[0]
        return out, model(input_ids=x).logits[0, -1, :3]
    fresh = lambda: load(whole, transformers.AutoModelForImageTextToText)
    reference(folder, fresh, ids, run_model, read_at=[len(s) - 1 for s in ids],
              note="Ministral 3 as released: Mistral3ForConditionalGeneration in float8; hidden states alone are compared.")
    shutil.rmtree(whole)


def biased():
    """Linear biases in place of positions, also of head counts that are no power of two."""
    more = dict(vocab_size=64, num_labels=1, pad_token_id=0, bos_token_id=1, eos_token_id=2)
    bloom = lambda name, **sizes: case(
        name, transformers.BloomForSequenceClassification, transformers.BloomConfig(n_layer=2, **sizes, **more), BF16,
        without=[{"layer_norm_epsilon": 1.0}])
    bloom("bloom", hidden_size=32, n_head=4, layer_norm_epsilon=1e-3)
    bloom("bloom_heads", hidden_size=48, n_head=6)
    mpt = lambda name, without, attention=None, **sizes: case(
        name, transformers.MptForSequenceClassification, transformers.MptConfig(
            n_layers=2, max_seq_len=256, attn_config=attention, **sizes, **more), BF16, without=without)
    mpt("mpt", [{"layer_norm_epsilon": 1.0}], d_model=32, n_heads=4)
    switches = {"clip_qkv": 0.75, "softmax_scale": 0.6}
    mpt("mpt_switches", [{"attn_config": {**switches, "clip_qkv": None}}, {"attn_config": {**switches, "softmax_scale": None}}],
        switches, d_model=48, n_heads=6)


def make():
    for part in (biased, mistrals, llamas, olmos, exaones, glms, coheres, layer_norms, falcons, gpts, pictures, mistral_pictures):
        part()
