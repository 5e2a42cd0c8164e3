"""Tiny random decision models of further packages, and the packages' answers; as layouts.py, whose parts it uses.

    pip install --no-deps strands-decider==0.2.0 opendecider==0.9.0 peft==0.21.2 accelerate
    pip install --no-deps --ignore-requires-python decision-toolkit==0.4.4
    # open_jev.py, encoder.py and schema.py, which open-jev's published models have in typed_decisions/ beside their
    # weights, are in the repository kotoba-lang/typed-decisions, src/ (here commit e7f8df28).
    PYTHONPATH=typed-decisions/src python more_layouts.py       # torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, pydantic 2
"""
import json, os
import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, Qwen3_5ForCausalLM, Qwen3_5TextConfig
from layouts import QUESTIONS, STATES, WORDS, fill, fresh, stored, tidy, write

# Qwen's: a full stop and the line ends after it are one word.
SPLIT = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""

# Options that end in a full stop, in an accent, in an unknown character, in white space and in JSON.
LINES = {
    "lines": {"type": "choice", "instructions": "  Which team? ",
              "criteria": {"a": "Payments  and\nrefunds.", "b.": None, "naïvé": " ", "d": "漢字 café", "e f ": None,
                           "g": {"in": ["x.", 1e5]}, "h": ["last."]}},
    "truths": {"type": "noul", "instructions": {"ask": "Is it so?", "of": [1, 2]},
               "criteria": {"true": "It is.", "false": ["no", None]}},
    "levels": {"type": "score", "instructions": ["Rate it."], "criteria": ["Low.\n\n", "", "high é"]},
    "bare": {"type": "score", "instructions": "", "criteria": ["", "Fine."]},
    "one": {"type": "choice", "instructions": "Which?", "criteria": {"only": None}},
}


def line_tokenizer():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    lines = WORDS + ["end.\n", "Input:\nstate\n\nQuestion: ", "\n\nOptions:\nA) b: c\nB) d\n", "one. two.\n"] * 3
    t.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=360, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return PreTrainedTokenizerFast(tokenizer_object=t, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def qwen3(tok, **more):
    return Qwen3Config(vocab_size=len(tok), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                       num_key_value_heads=2, head_dim=8, max_position_embeddings=1024, bos_token_id=None, eos_token_id=2,
                       pad_token_id=0, tie_word_embeddings=True, **more)


def qwen3_5(tok):
    return Qwen3_5TextConfig(vocab_size=len(tok), hidden_size=32, intermediate_size=16, num_hidden_layers=2, num_attention_heads=4,
                             num_key_value_heads=2, head_dim=32, max_position_embeddings=1024, linear_key_head_dim=8,
                             linear_num_key_heads=4, linear_num_value_heads=4, linear_value_head_dim=6,
                             layer_types=["linear_attention", "full_attention"], bos_token_id=None, eos_token_id=2,
                             pad_token_id=0, tie_word_embeddings=True)


# --- strands-decider

def seeing(folder):
    """Makes a text model one that also sees, as Qwen3.5 is published: names and configuration, no pictures."""
    from safetensors import safe_open
    with safe_open(f"{folder}/model.safetensors", "pt") as file:
        tensors = {name.replace("model.", "model.language_model.", 1): file.get_tensor(name) for name in file.keys()}
    save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    text = json.load(open(f"{folder}/config.json"))
    json.dump({"model_type": "qwen3_5", "architectures": ["Qwen3_5ForConditionalGeneration"], "text_config": text,
               "tie_word_embeddings": True}, open(f"{folder}/config.json", "w"), indent=1)


def strands_case(name, body, targets):
    import strands_decider.infer as infer
    from strands_decider.modeling import PointerHead, StrandsDeciderConfig, StrandsDeciderModel
    infer.round = lambda value, digits: float(value)
    folder = fresh(name)
    base = os.path.join(folder, "base")
    tok = line_tokenizer()
    # A language model as it is published; the adapter is of its body alone.
    fill(body(tok), name).to(torch.bfloat16).save_pretrained(base)
    if name != "strands":
        seeing(base)
    tok.save_pretrained(base)
    config = StrandsDeciderConfig(base_model=base, max_length=600, head_type="pointer", pointer_dim=16, lora_r=4, lora_alpha=8, lora_targets=targets,
                                  temperature=1.3, temperature_by_kind={"noul": 1.5, "choice": 0.8})
    model = StrandsDeciderModel.from_pretrained_base(config)
    fill(model.head, name + " head")
    g = torch.Generator().manual_seed(1)
    for key, p in sorted(model.torso.named_parameters()):
        if "lora_" in key:
            p.data.copy_((torch.randn(p.shape, generator=g) / p.shape[-1] ** 0.5 / 2).bfloat16().float())
    model.save_pretrained(folder)
    # As strands_decider.hf_export does.
    save_file(stored(model.head.state_dict()), f"{folder}/head.safetensors")
    os.remove(f"{folder}/slot_head.pt")
    engine = infer.load_engine(folder, device="cpu")

    def answer(state, name, question):
        rendered = infer.render_question(infer.SystemOneRequest(state=state, questions={name: question}).questions[name])
        s, q, offsets = engine._fit(infer.render_state(state), [rendered.text])
        marks = [len(s) + i + 1 for i in infer._option_token_index(offsets[0], rendered.option_spans, 0)] + [len(s) + len(q[0])]
        a = engine.ask(state, {name: question}).answers[name]
        p = [a.noul, 1 - a.noul] if a.type == "noul" else list(a.probabilities.values())
        return s + q[0], marks, p
    write(folder, answer, questions=QUESTIONS | LINES)
    for path, key in (("strands_decider_config.json", "base_model"), ("lora/adapter_config.json", "base_model_name_or_path")):
        settings = json.load(open(f"{folder}/{path}"))
        settings[key] = "tiny/base"
        settings |= {"target_modules": sorted(settings["target_modules"])} if "target_modules" in settings else {}
        json.dump(settings, open(f"{folder}/{path}", "w"), indent=1)
    for name in os.listdir(base):
        if "token" in name or "generation" in name:
            os.remove(f"{base}/{name}")
    os.remove(f"{folder}/lora/README.md")
    tidy(folder)


# --- open-jev

def open_jev_case():
    from decision_toolkit.adapters.openjev import OpenJevAdapter
    from typed_decisions.encoder import MARKERS, DecisionEncoder
    from typed_decisions.open_jev import OpenJev
    folder = fresh("open-jev")
    # Made by hand, as training gives another one each time.
    pieces = {"[PAD]": 0.0, "[CLS]": 0.0, "[SEP]": 0.0, "[UNK]": 0.0, "[MASK]": 0.0}
    words = sorted({w for line in WORDS for w in ("▁" + line.replace(" ", " ▁")).split()})
    for i, letter in enumerate(sorted(set("".join(words)))):
        pieces[letter] = -6 - i / 64
    for i, word in enumerate(words):
        pieces.setdefault(word, -9 - i / 64)
    t = Tokenizer(models.Unigram(list(pieces.items()), unk_id=3, byte_fallback=False))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    tok = PreTrainedTokenizerFast(tokenizer_object=t, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]",
                                  mask_token="[MASK]")
    tok.add_special_tokens({"additional_special_tokens": MARKERS})
    body = fill(DebertaV2Model(DebertaV2Config(
        vocab_size=len(tok), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=512, type_vocab_size=0, relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm",
        share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, pad_token_id=0)), "open-jev")
    body.to(torch.bfloat16).save_pretrained(folder)
    tok.save_pretrained(folder)
    head = fill(DecisionEncoder(None, 32).head, "open-jev head", 2.0)
    save_file(stored(head.state_dict()), f"{folder}/head.safetensors")
    json.dump({"hidden": 32, "pool": "span", "temperature": 1.05, "max_state_tokens": 150, "max_len": 250},
              open(f"{folder}/open_jev_config.json", "w"))
    tidy(folder)
    model = OpenJev.from_pretrained(folder, device="cpu")
    # The loader keeps the stored type; these are the answers of float32 weights.
    model.model.float()

    def answer(state, name, question):
        kind, criteria = question["type"], question.get("criteria") or {}
        if not isinstance(question["instructions"], str) or kind != "score" and any(criteria.values()):
            raise ValueError("no such question")
        # As decision-toolkit's adapter.
        text = state if isinstance(state, str) else json.dumps(state, ensure_ascii=False, sort_keys=True)
        asked = {"type": kind, "instructions": question["instructions"], "options": list(criteria)}
        a = model.decide(text, [asked])[0]
        ids, positions, _, _ = model.collator.encode_one(text, [model._question(0, asked)])
        assert len(tok(text, add_special_tokens=False)["input_ids"]) <= 150
        adapter = OpenJevAdapter()
        assert ids == adapter._tokens(tok, adapter._markers(tok), text, {name: question}, 150, 250)[0]
        p = [a["noul"], 1 - a["noul"]] if kind == "noul" else list(a["probabilities"].values())
        return ids, [i + 1 for i in positions[0]], p
    write(folder, answer, questions=QUESTIONS | LINES)


# --- opendecider's language models

CHAT = """{%- for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}
{%- if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"""


def letters_case():
    import opendecider
    from opendecider.questions import as_dict, options
    from peft import LoraConfig, get_peft_model
    folder = fresh("opendecider-small")
    base = os.path.join(folder, "base")
    tok = line_tokenizer()
    tok.chat_template = CHAT
    model = fill(Qwen3ForCausalLM(qwen3(tok)), "opendecider-small")
    # Closer logits, as the head is the embedding.
    model.model.embed_tokens.weight.data /= 8
    model.to(torch.bfloat16).save_pretrained(base)
    tok.save_pretrained(base)
    adapted = get_peft_model(model.float(), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM"))
    g = torch.Generator().manual_seed(2)
    for name, p in sorted(adapted.named_parameters()):
        if "lora_" in name:
            p.data.copy_((torch.randn(p.shape, generator=g) / p.shape[-1] ** 0.5 / 2).bfloat16().float())
    adapted.save_pretrained(folder)
    json.dump({"kind": "small", "name": "tiny", "base_model": base}, open(f"{folder}/opendecider.json", "w"))
    loaded = opendecider.load(folder, device="cpu")

    def answer(state, name, question):
        q = as_dict(question)
        a = loaded.system_one(state, {name: question})["answers"][name]
        ids = loaded.impl.ids(opendecider.small.render(state, q["instructions"], options(q)))
        p = [a["noul"], 1 - a["noul"]] if a["type"] == "noul" else list(a["probabilities"].values())
        return ids, [len(ids)], p
    write(folder, answer, questions=QUESTIONS | LINES)
    for path, key in (("opendecider.json", "base_model"), ("adapter_config.json", "base_model_name_or_path")):
        settings = json.load(open(f"{folder}/{path}"))
        settings[key] = "tiny/base"
        settings |= {"target_modules": sorted(settings["target_modules"])} if "target_modules" in settings else {}
        json.dump(settings, open(f"{folder}/{path}", "w"), indent=1)
    for name in ("README.md", "base/generation_config.json"):
        os.remove(f"{folder}/{name}")
    tidy(folder)


if __name__ == "__main__":
    strands_case("strands", lambda tok: Qwen3ForCausalLM(qwen3(tok)), ["q_proj", "v_proj", "up_proj"])
    strands_case("strands-qwen3_5", lambda tok: Qwen3_5ForCausalLM(qwen3_5(tok)), ["q_proj", "in_proj_qkv", "out_proj", "down_proj"])
    open_jev_case()
    letters_case()
