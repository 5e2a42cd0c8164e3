"""Tiny random decision models of packages with heads of their own, and the packages' answers.

    pip install --no-deps laya==0.4.15 wev-ai==0.2.2 decision-tune==1.0.0 opendecider==0.9.0 nano-jev==1.0.0 cyberjev==0.1.0
    python layouts.py            # torch 2.15.0, transformers 5.23.0, tokenizers of it, pydantic 2

Each folder of layouts/ is a model as its package loads it, and expected.jsonl: one line a question, with the request's
state and question, the token ids, the marks (tokens before each, plus one) and the probabilities in the order of the
request's options, or "error" where the package refuses the question. The packages round what they print; the rounding
is taken out here, and nothing else is changed.
"""
import json, os, shutil, zlib
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (BertConfig, BertForSequenceClassification, BertTokenizerFast, ModernBertConfig, ModernBertModel,
                          PreTrainedTokenizerFast, Qwen2Config, Qwen2Model, Qwen3Config, Qwen3Model)

torch.set_num_threads(1)
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layouts")
WORDS = """The customer was charged twice for order 1182 and asks for a refund. Which team should handle this message?
billing shipping tech_support: payments, lost parcels, login problems. Is the tone polite? How helpful is the response?
not at all, partly, fully. level question: input: state yes no true false the statement holds does not hold option: refunds
{"prompt": "What is 2+2?", "response": "4", "turns": [1, 2.5, true, null]} naïve café 漢字 key: value | key: value""".splitlines()

STATES = {
    "text": "I was charged twice for order 1182, I want my money back.",
    "object": {"prompt": "What is 2+2?", "response": "4", "n": 3, "x": 1e5, "ok": True, "none": None,
               "deep": {"list": [1, "two", {"three": 3.5}]}},
    "array": ["first", {"b": [1, 2]}, "naïve 漢字"],
    "empty": "",
}
QUESTIONS = {
    "team": {"type": "choice", "instructions": "Which team should handle this message?",
             "criteria": {"billing": "payments and refunds", "shipping": None, "tech_support": "", "other": "none of these"}},
    "names": {"type": "choice", "instructions": "Which one?", "criteria": {"refund_it": None, "keep": None}},
    "polite": {"type": "noul", "instructions": "Is the tone polite?"},
    "described": {"type": "noul", "instructions": "Is it a refund?", "criteria": {"true": "money goes back"}},
    "helpful": {"type": "score", "instructions": "How helpful is the response?", "criteria": ["not at all", "partly", "fully"]},
    "many": {"type": "choice", "instructions": "Pick", "criteria": {f"o{i}": None for i in range(12)}},
}


def fill(module, name, scale=1.0):
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    for key, p in sorted(module.state_dict().items()):
        if not p.is_floating_point():
            continue
        r = torch.randn(p.shape, generator=g)
        if p.dim() == 1:
            value = 1 + 0.2 * r if "norm" in key.lower() and key.endswith("weight") else 0.2 * r
        else:
            value = r if "emb" in key else scale * r / p.shape[-1] ** 0.5
        p.data.copy_(value.bfloat16().float())
    return module.eval()


def stored(state):
    return {k: v.bfloat16().contiguous() if v.is_floating_point() else v for k, v in state.items()}


def byte_tokenizer(special, **names):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.train_from_iterator(WORDS, trainers.BpeTrainer(vocab_size=330, special_tokens=special, show_progress=False,
                                                     initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(tokenizer_object=t, **names)


def mark_tokenizer():
    return byte_tokenizer(["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]"], cls_token="[CLS]", sep_token="[SEP]",
                          mask_token="[MASK]", pad_token="[PAD]", unk_token="[UNK]")


def modern(hidden, tok, name):
    config = ModernBertConfig(vocab_size=len(tok), hidden_size=hidden, intermediate_size=48, num_hidden_layers=3,
                              num_attention_heads=2, global_attn_every_n_layers=2, local_attention=16, max_position_embeddings=256,
                              pad_token_id=tok.pad_token_id, cls_token_id=tok.cls_token_id, sep_token_id=tok.sep_token_id,
                              bos_token_id=None, eos_token_id=None)
    return fill(ModernBertModel(config), name)


def fresh(name):
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def write(folder, answer, skip=(), questions=QUESTIONS):
    """answer(state, name, question) -> (ids, marks, probabilities in the request's order)."""
    with open(os.path.join(folder, "expected.jsonl"), "w") as out:
        for state_name, state in STATES.items():
            for name, question in questions.items():
                if (state_name, name) in skip or name in skip:
                    continue
                row = {"name": f"{state_name}, {name}", "state": state, "question": name, "asked": question}
                try:
                    ids, marks, p = answer(state, name, question)
                    row |= {"ids": list(map(int, ids)), "marks": list(map(int, marks)), "probabilities": list(map(float, p))}
                except (ValueError, KeyError) as error:
                    row["error"] = str(error).splitlines()[0]
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def tidy(folder):
    for path, _, files in os.walk(folder):
        for name in files:
            if name in ("special_tokens_map.json", "vocab.txt"):
                os.remove(os.path.join(path, name))


# --- laya

def laya_case():
    import laya, laya.agent
    from laya.common import build_model
    laya.agent.round = lambda value, digits=None: value
    folder = fresh("laya")
    tok = mark_tokenizer()
    encoder = modern(64, tok, "laya encoder")
    cfg = {"encoder": "none", "head_layers": 2, "max_len": 256, "head_max_len": 150, "act_costs": {"act": 1},
           "temperature": [1.4, 0.7, 2.5], "temperature_by_options": {"choice:11+": 0.1, "noul:2": 1.25, "score:3-5": 9.0}}
    encoder.config.save_pretrained(f"{folder}/encoder")
    tok.save_pretrained(f"{folder}/tokenizer")
    json.dump(cfg, open(f"{folder}/rl_agent_config.json", "w"), indent=1)
    model = fill(build_model(cfg, encoder_dir=f"{folder}/encoder", pretrained=False), "laya", 1.5)
    save_file(stored(model.state_dict()), f"{folder}/model.safetensors")
    tidy(folder)
    agent = laya.load(folder, device="cpu")

    def answer(state, name, question):
        a = agent.predict(state, {name: question})["answers"][name]
        items = agent._encode_state(state, [name], {name: agent._to_internal(question)})
        p = [a["noul"], 1 - a["noul"]] if a["type"] == "noul" else list(a["probabilities"].values())
        assert not items[0]["state_stats"]["truncated"] and not items[0]["options"]["tokens_per_option"]
        marks = [m + 1 for m in items[0]["markers"]]
        return items[0]["ids"], marks, p
    write(folder, answer)


# --- wev

def wev_case(name, config, kind, head_type, **meta):
    import wev, wev.api
    from wev.model import HEADS, SPECIAL, encode
    wev.api._r = lambda value, digits: float(value)
    folder = fresh(name)
    tok = byte_tokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>", *SPECIAL], eos_token="<|im_end|>",
                         pad_token="<|endoftext|>")
    backbone = fill(kind(config(vocab_size=len(tok), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                                num_attention_heads=4, num_key_value_heads=2, head_dim=8, max_position_embeddings=512,
                                bos_token_id=None, eos_token_id=2, pad_token_id=0)), name)
    backbone.to(torch.bfloat16).save_pretrained(folder)
    tok.save_pretrained(folder)
    head = fill(HEADS[head_type](32, dp=16), name + " head", 2.0 if head_type == "pointer" else 0.8)
    save_file(stored(head.state_dict()), f"{folder}/head.safetensors")
    json.dump({"format": "wev", "version": 1, "name": name, "base": "none", "head_type": head_type, "head_dim": 16,
               "keep_layers": None, "num_layers": 2, "max_state": 4096, "max_branch": 8192} | meta,
              open(f"{folder}/wev.json", "w"), indent=1)
    tidy(folder)
    model = wev.load(folder, device="cpu", dtype=torch.float32)

    def answer(state, name, question):
        from wev.api import SystemOneRequest
        enc, _ = model.encode(SystemOneRequest(state=state, questions={name: question}))
        a = model.predict(state, {name: question})["answers"][name]
        # With others beside it the same.
        both = model.predict(state, {"other": QUESTIONS["polite"], name: question, "last": QUESTIONS["names"]})["answers"][name]
        p = [a["noul"], 1 - a["noul"]] if a["type"] == "noul" else list(a["probabilities"].values())
        q = [both["noul"], 1 - both["noul"]] if a["type"] == "noul" else list(both["probabilities"].values())
        assert max(abs(x - y) for x, y in zip(p, q)) < 1e-5
        return enc["ids"], [i + 1 for i in enc["opt_idx"][0]] + [enc["decide_idx"][0] + 1], p
    write(folder, answer)


# --- decision-tune

def decision_tune_case():
    from decision_tune.engine import DecisionModel, option_text
    folder = fresh("decision-tune")
    tok = mark_tokenizer()
    encoder = modern(32, tok, "decision-tune")
    encoder.config.save_pretrained(folder)
    tok.save_pretrained(folder)
    save_file(stored(encoder.state_dict()), f"{folder}/model.safetensors")
    head = fill(torch.nn.Linear(32, 1), "decision-tune head", 3.0)
    save_file({f"head.{k}": v for k, v in stored(head.state_dict()).items()}, f"{folder}/head.safetensors")
    tidy(folder)
    model = DecisionModel(folder, backend="torch", device="cpu")

    def answer(state, name, question):
        kind = question["type"]
        if kind == "noul":
            # The package's yes_no takes no descriptions.
            if question.get("criteria"):
                raise ValueError("no descriptions of yes and no")
            p = model.yes_no(state, question["instructions"])
            return *marked(model, state, question, ["yes", "no"]), [p, 1 - p]
        options = question["criteria"] if kind == "choice" else {str(i): t for i, t in enumerate(question["criteria"])}
        chosen = model.choose(state, question["instructions"], options)
        return *marked(model, state, question, [option_text(k, d) for k, d in options.items()]), chosen["probabilities"].values()

    def marked(model, state, question, options):
        ids, at = model.encode(state, question["instructions"], options)
        return ids, [i + 1 for i in at]
    write(folder, answer)


# --- opendecider

def opendecider_case():
    import opendecider
    from opendecider.questions import as_dict, options
    folder = fresh("opendecider")
    tok = mark_tokenizer()
    encoder = modern(32, tok, "opendecider")
    encoder.to(torch.bfloat16).save_pretrained(folder)
    tok.save_pretrained(folder)
    d = 32
    head = torch.nn.Sequential(torch.nn.Linear(d, d), torch.nn.GELU(), torch.nn.LayerNorm(d), torch.nn.Linear(d, 1))
    save_file(stored(fill(head, "opendecider head", 2.0).state_dict()), f"{folder}/head.safetensors")
    json.dump({"kind": "nano", "name": "tiny", "max_len": 256}, open(f"{folder}/opendecider.json", "w"))
    tidy(folder)
    model = opendecider.load(folder, device="cpu")

    def answer(state, name, question):
        q = as_dict(question)
        out = model.system_one(state, {name: question})
        assert not out.get("warnings")
        a = out["answers"][name]
        ids = model.impl.build(state, q["instructions"], options(q))
        marks = [i + 1 for i, t in enumerate(ids) if t == tok.mask_token_id]
        p = [a["noul"], 1 - a["noul"]] if a["type"] == "noul" else list(a["probabilities"].values())
        return ids, marks, p
    write(folder, answer)


# --- nano-jev and cyberjev

def nano_case(name, package, settings):
    folder = fresh(name)
    letters = sorted(set("".join(WORDS).lower()))
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters + ["##" + c for c in letters]
    vocab += sorted({w for line in WORDS for w in line.lower().split() if w.isalpha()})
    vocab = list(dict.fromkeys(vocab))
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocab)}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tok = PreTrainedTokenizerFast(tokenizer_object=t, cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
                                  pad_token="[PAD]", unk_token="[UNK]", model_input_names=["input_ids", "token_type_ids", "attention_mask"])
    model = fill(BertForSequenceClassification(BertConfig(
        vocab_size=len(vocab), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=300, num_labels=1)), name, 2.0)
    model.to(torch.bfloat16).save_pretrained(folder)
    tok.save_pretrained(folder)
    json.dump({"version": "tiny", "max_length": 256}, open(f"{folder}/{settings}", "w"))
    json.dump({"helpful": 0.6, "polite": 2.0}, open(f"{folder}/calibration.json", "w"))
    tidy(folder)
    decider = package.Decider.from_pretrained(folder, device="cpu")
    # The packages' loader keeps the stored type; its CPU answers are those of float32 weights.
    decider.model.float()

    def answer(state, name, question):
        kind = question["type"]
        text = state if isinstance(state, str) else json.dumps(state, ensure_ascii=False)
        if kind == "noul" and (question.get("criteria") or settings != "nanojev_config.json"):
            raise ValueError("no such question")
        if kind == "choice" and any(question["criteria"].values()):
            raise ValueError("no descriptions")
        options = {"noul": ["yes", "no"], "choice": list(question.get("criteria") or ()), "score": question.get("criteria")}[kind]
        p = decider.decide(question["instructions"], options, text, decision=name)
        ids, marks = [], []
        for option in options:
            marks.append(len(ids) + 1)
            ids += tok([f"question: {question['instructions']} option: {option}"], [text])["input_ids"][0]
        return ids, marks, p.values()
    write(folder, answer)


if __name__ == "__main__":
    import nanojev, cyberjev
    laya_case()
    wev_case("wev-pointer", Qwen2Config, Qwen2Model, "pointer")
    wev_case("wev-set", Qwen3Config, Qwen3Model, "set", temperature=1.7)
    decision_tune_case()
    opendecider_case()
    nano_case("nano-jev", nanojev, "nanojev_config.json")
    nano_case("cyber-jev", cyberjev, "cyberjev_config.json")
