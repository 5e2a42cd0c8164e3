"""Ways to store weights: LoRA adapters beside a base, shards with an index, 8-bit floats with and without scales."""
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, Qwen2Config, Qwen2ForCausalLM
from .common import *
from .heads import BODY
from .remote import save


def adapters():
    root = folder_of("lora")
    base = os.path.join(root, "base")
    fill(Qwen2ForCausalLM(Qwen2Config(**{**BODY, "num_hidden_layers": 2, "tie_word_embeddings": True})), "lora").to(BF16) \
        .save_pretrained(base)
    ids = sequences("lora")
    plain = lambda: AutoModelForSequenceClassification.from_pretrained(base, num_labels=1, dtype=torch.float32,
                                                                       attn_implementation="eager").eval()
    def merged(model, x):
        return ordinary(model.merge_and_unload(), x)
    def make(name, note, dtype=F32, **settings):
        folder = os.path.join(root, name)
        config = LoraConfig(task_type="SEQ_CLS", lora_dropout=0.05, bias="none", base_model_name_or_path="base",
                            modules_to_save=["score"], **settings)
        model = get_peft_model(plain(), config)
        g = generator("lora " + name)
        for key, p in sorted(model.named_parameters()):
            if "lora_" in key or "modules_to_save" in key:
                p.data = (torch.randn(p.shape, generator=g) * (1.0 if "score" in key else 0.35)).to(dtype)
        model.peft_config["default"].base_model_name_or_path = "base"
        model.save_pretrained(folder)
        os.remove(os.path.join(folder, "README.md"))
        path = os.path.join(folder, "adapter_config.json")
        content = json.load(open(path))
        content["target_modules"].sort()
        write_json(path, content)
        fresh = lambda: PeftModel.from_pretrained(plain(), folder).eval()
        states, _ = reference(folder, fresh, ids, merged, note=note, read_at=[len(s) - 1 for s in ids])
        bare = [run(plain, s)[0] for s in ids]
        assert worst(bare, states) > 0.1, name
    attention, all_of = ["q_proj", "v_proj"], ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    make("plain", "Scale lora_alpha / r; score is in the adapter.", r=4, lora_alpha=12, target_modules=attention)
    make("rslora", "Scale lora_alpha / sqrt(r).", BF16, r=4, lora_alpha=3, target_modules=all_of, use_rslora=True)
    make("patterns", "Ranks and alphas by module: a key is a whole name's end, by regular expression.", r=2, lora_alpha=5,
         target_modules=all_of, rank_pattern={"q_proj": 3, "layers.1.mlp.down_proj": 1, "layers.0.*gate_proj": 4},
         alpha_pattern={"q_proj": 9, "layers.0.self_attn.v_proj": 2}, fan_in_fan_out=False)


def shards():
    folder = folder_of("sharded")
    model = fill(LlamaForSequenceClassification(LlamaConfig(**SMALL, rope_parameters=BODY["rope_parameters"])), "sharded")
    model.to(BF16).save_pretrained(folder, max_shard_size="5KB")
    files = [f for f in os.listdir(folder) if f.endswith(".safetensors")]
    assert len(files) == 3, files
    reference(folder, lambda: load(folder), sequences("sharded"), note="Three shards and model.safetensors.index.json.")


def eighths():
    """Linear weights as float8_e4m3fn. The reference is of the dequantised weights, activations are not quantised."""
    F8 = torch.float8_e4m3fn
    def make(name, scale_of, suffix, expand, quantization, note):
        folder = folder_of(name)
        config = LlamaConfig(**{**SMALL, "intermediate_size": 32}, rope_parameters=BODY["rope_parameters"])
        model = fill(LlamaForSequenceClassification(config), name).to(BF16)
        model.save_pretrained(folder)
        tensors, plain = {}, {}
        for key, value in load_file(os.path.join(folder, "model.safetensors")).items():
            plain[key] = value.float()
            if "_proj" in key:
                scale = scale_of(value.float())
                tensors[key] = (value.float() / expand(scale, value)).to(F8)
                if suffix:
                    tensors[key + suffix] = scale
                value = plain[key] = tensors[key].float() * expand(scale, value).float()
            else:
                tensors[key] = value
        save(folder, tensors)
        whole = tempfile.mkdtemp()
        shutil.copy(os.path.join(folder, "config.json"), whole)
        save(whole, plain)
        if quantization:
            edit_config(folder, lambda config: config.update(quantization_config=quantization))
        else:
            # Without scales transformers itself reads the file.
            whole = folder
            loaded = load(folder).state_dict()
            assert all(torch.equal(loaded[k], v) for k, v in plain.items()), name
        reference(folder, lambda: load(whole), sequences(name), note=note)
    group = lambda strategy: {
        "quant_method": "compressed-tensors", "format": "float-quantized", "quantization_status": "compressed",
        "ignore": ["score"], "config_groups": {"group_0": {
            "targets": ["Linear"],
            "weights": {"num_bits": 8, "type": "float", "strategy": strategy, "symmetric": True, "dynamic": False},
            "input_activations": {"num_bits": 8, "type": "float", "strategy": "token", "symmetric": True,
                                  "dynamic": True}}}}
    make("fp8", lambda w: torch.ones(1), None, lambda s, w: s, None, "Plain float8_e4m3fn values, no scales.")
    make("fp8_tensor", lambda w: (w.abs().max() / 448).to(BF16)[None], "_scale", lambda s, w: s.float(), group("tensor"),
         "compressed-tensors: weight_scale of one value a tensor.")
    make("fp8_channel", lambda w: (w.abs().amax(1, keepdim=True) / 448).to(BF16), "_scale", lambda s, w: s.float(),
         group("channel"), "compressed-tensors: weight_scale of one value a row.")
    blocks = lambda w: w.unflatten(1, (-1, 8)).unflatten(0, (-1, 8)).abs().amax((1, 3)) / 448
    make("fp8_block", blocks, "_scale_inv", lambda s, w: s.repeat_interleave(8, 0).repeat_interleave(8, 1),
         {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [8, 8]},
         "As DeepSeek-V3 and Qwen3-FP8: weight_scale_inv multiplies blocks of weight_block_size.")


def make():
    adapters()
    shards()
    eighths()
