"""Adapters that begin with a part of the base (`init_lora_weights` of PEFT), on the base in families/lora: what PEFT makes
of them when it loads them, which is without that part where the start takes it off."""
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForSequenceClassification
from .common import *


def make():
    root = os.path.join(ROOT, "lora")
    base = os.path.join(root, "base")
    ids = sequences("lora")[:3]
    plain = lambda: AutoModelForSequenceClassification.from_pretrained(base, num_labels=1, dtype=torch.float32,
                                                                       attn_implementation="eager").eval()

    def merged(model, x):
        return ordinary(model.merge_and_unload(), x)

    def adapter(name, note, start, takes, **settings):
        folder = os.path.join(root, name)
        shutil.rmtree(folder, ignore_errors=True)
        config = LoraConfig(task_type="SEQ_CLS", bias="none", modules_to_save=["score"], init_lora_weights=start, **settings)
        model = get_peft_model(plain(), config)
        g = generator("lora start " + name)
        for key, p in sorted(model.named_parameters()):
            if "lora_" in key:
                # Trained a little from where it began; from nothing, a little of everything.
                p.data += torch.randn(p.shape, generator=g) * 0.2
            elif "modules_to_save" in key:
                p.data = torch.randn(p.shape, generator=g)
        model.peft_config["default"].base_model_name_or_path = "base"
        model.save_pretrained(folder)
        if os.path.exists(os.path.join(folder, "README.md")):
            os.remove(os.path.join(folder, "README.md"))
        path = os.path.join(folder, "adapter_config.json")
        content = json.load(open(path))
        content["target_modules"].sort()
        write_json(path, content)
        fresh = lambda: PeftModel.from_pretrained(plain(), folder).eval()
        _, scores = reference(folder, fresh, ids, merged, note=note, read_at=[len(s) - 1 for s in ids], hidden=False)
        # On the plain base the same A and B give another model, or the same where the start leaves the base alone.
        other = tempfile.mkdtemp()
        for file in os.listdir(folder):
            shutil.copy(os.path.join(folder, file), other)
        write_json(os.path.join(other, "adapter_config.json"), {**content, "init_lora_weights": True})
        naive = [run(lambda: PeftModel.from_pretrained(plain(), other).eval(), s, merged)[1] for s in ids]
        difference = worst(naive, scores)
        assert (difference > 0.05) == takes, (name, difference)
        print(name, difference)

    some = ["q_proj", "v_proj", "down_proj"]
    adapter("pissa", "PEFT takes the four largest singular values off the base.", "pissa", True, r=4, lora_alpha=12,
            target_modules=some)
    adapter("pissa_rslora", "The same where the scale is lora_alpha / sqrt(r).", "pissa", True, r=2, lora_alpha=3,
            target_modules=some, use_rslora=True, rank_pattern={"down_proj": 3})
    adapter("olora", "PEFT takes scale * Q R of the first columns off the base.", "olora", True, r=4, lora_alpha=12,
            target_modules=some)
    adapter("mica", "B holds the smallest singular directions, and the base stays.", "mica", False, r=4, lora_alpha=12,
            target_modules=some)
    adapter("orthogonal", "The base stays.", "orthogonal", False, r=4, lora_alpha=12, target_modules=some)
    experts()
    kinds()


def kinds():
    """What else an adapter may hold: magnitudes (DoRA), biases, single tokens, and several adapters by name."""
    root = folder_of("lora_kinds")
    base = os.path.join(root, "base")
    config = LlamaConfig(**{**SMALL, "attention_bias": True, "rope_parameters": {"rope_type": "default",
                                                                                 "rope_theta": 10000.0}})
    fill(LlamaForSequenceClassification(config), "lora kinds").to(BF16).save_pretrained(base)
    ids = sequences("lora kinds")[:3]

    def merged(model, x):
        return ordinary(model.merge_and_unload(), x)

    def kept(folder, name):
        if os.path.exists(os.path.join(folder, "README.md")):
            os.remove(os.path.join(folder, "README.md"))
        path = os.path.join(folder, "adapter_config.json")
        content = json.load(open(path))
        content["target_modules"].sort()
        content["base_model_name_or_path"] = "base"
        write_json(path, content)
        fresh = lambda: PeftModel.from_pretrained(load(base), folder).eval()
        _, scores = reference(folder, fresh, ids, merged, read_at=[len(s) - 1 for s in ids], hidden=False)
        plain = [run(lambda: load(base), s)[1] for s in ids]
        assert worst(plain, scores) > 0.02, name

    def trained(model, name):
        g = generator("lora kinds " + name)
        for key, p in sorted(model.named_parameters()):
            if p.requires_grad:
                p.data += torch.randn(p.shape, generator=g) * (0.5 if "delta" in key else 0.2)
        return model

    def adapter(name, **settings):
        folder = os.path.join(root, name)
        trained(get_peft_model(load(base), LoraConfig(task_type="SEQ_CLS", **settings)), name).save_pretrained(folder)
        kept(folder, name)

    some = dict(r=4, lora_alpha=12, target_modules=["q_proj", "v_proj", "down_proj"])
    adapter("dora", use_dora=True, **some)
    adapter("dora_rslora", use_dora=True, use_rslora=True, rank_pattern={"down_proj": 2}, **some)
    adapter("bias_all", bias="all", **some)
    adapter("bias_lora_only", bias="lora_only", **some)
    adapter("tokens", trainable_token_indices=[5, 7, 60], **some)
    adapter("tokens_named", trainable_token_indices={"embed_tokens": [3, 61]}, **some)
    several = os.path.join(root, "several")
    model = get_peft_model(load(base), LoraConfig(task_type="SEQ_CLS", **some))
    model.add_adapter("other", LoraConfig(task_type="SEQ_CLS", **{**some, "r": 2}))
    trained(model, "several")
    model.set_adapter("other")
    trained(model, "several other").save_pretrained(several)
    for folder in (several, os.path.join(several, "other")):
        kept(folder, "several")


def experts():
    """LoRA on the fused experts and the router of a mixture, which `all-linear` is on Qwen3-MoE."""
    from transformers import Qwen3MoeConfig, Qwen3MoeForSequenceClassification
    root = folder_of("lora_experts")
    base = os.path.join(root, "base")
    config = Qwen3MoeConfig(**{**SMALL, "num_experts": 3, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
                               "mlp_only_layers": []})
    fill(Qwen3MoeForSequenceClassification(config), "lora experts").to(BF16).save_pretrained(base)
    plain = lambda: load(base)

    def merged(model, x):
        return ordinary(model.merge_and_unload(), x)

    def adapter(name, **settings):
        folder = os.path.join(root, name)
        model = get_peft_model(plain(), LoraConfig(task_type="SEQ_CLS", bias="none", **settings))
        g = generator("lora experts " + name)
        for key, p in sorted(model.named_parameters()):
            if "lora_" in key:
                p.data = torch.randn(p.shape, generator=g) * 0.25
        model.peft_config["default"].base_model_name_or_path = "base"
        model.save_pretrained(folder)
        if os.path.exists(os.path.join(folder, "README.md")):
            os.remove(os.path.join(folder, "README.md"))
        path = os.path.join(folder, "adapter_config.json")
        content = json.load(open(path))
        for key in ("target_modules", "target_parameters"):
            content[key] = sorted(content[key] or [])
        write_json(path, content)
        assert any(".experts." in key for key in load_file(os.path.join(folder, "adapter_model.safetensors")))
        fresh = lambda: PeftModel.from_pretrained(plain(), folder).eval()
        ids = sequences("lora experts")[:3]
        _, scores = reference(folder, fresh, ids, merged, note="LoRA on the fused experts.", hidden=False,
                              read_at=[len(s) - 1 for s in ids])
        bare = [run(plain, s)[1] for s in ids]
        print(name, worst(bare, scores))

    adapter("experts", r=2, lora_alpha=6, target_modules="all-linear")
    adapter("experts_rslora", r=3, lora_alpha=4, use_rslora=True, target_modules=["q_proj"],
            target_parameters=["mlp.experts.down_proj"])
