"""Tiny reward models that read a conversation in a form of their own, and what the models' published code makes of it:
process reward models (RLHFlow's, TRL's PRMTrainer, Skywork-o1's), Athene, POLAR. Each folder has a reference.json: `rows`
of a conversation, the token ids, where they are read, and the scores there, in float64 over the stored weights.

  pip install torch==2.15.0 transformers==5.23.0 tokenizers safetensors
  python steps.py
"""
import json, os, shutil, sys

os.environ["HF_HUB_OFFLINE"] = "1"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "TareEngineTests", "Fixtures"))
import torch
from families_reference.common import digits, fill
from families_reference.remote import internlm2_names, llama_of
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from torch import nn
from transformers import (AutoTokenizer, LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel,
                          PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2Model, Qwen3Config,
                          Qwen3ForTokenClassification)

ROOT = os.path.join(HERE, "steps")
SPECIAL = ["<pad>", "<s>", "<|eot|>", "<|start|>", "<|end|>", "<cls>", "<|reward|>", "[UNUSED_TOKEN_130]"]
TEMPLATE = ("{{ bos_token }}{% for m in messages %}<|start|>{{ m['role'] }}<|end|>\n\n{{ m['content'] | trim }}<|eot|>{% endfor %}"
            "{% if add_generation_prompt %}<|start|>assistant<|end|>\n\n{% endif %}")
SIZES = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
             max_position_embeddings=512, pad_token_id=0, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
             rms_norm_eps=1e-6)
# Labels and separators stand in the texts too.
ROWS = [("What is 1+1-0?", ["Add 1+1: that is 2.", "2-0 = 2 + 0.", "So \"2\" it is"]),
        ("Name a prime number.", ["Seven."]),
        ("Étonnant, non?", ["  Yes — it is.", "+", "-\n+"])]


def tokenizer(bos="<s>", adds=True, cls=None):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {t: i for i, t in enumerate(SPECIAL + alphabet + ["is", "tw", "two"])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[("i", "s"), ("t", "w"), ("tw", "o")]))
    core.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    core.decoder = decoders.ByteLevel()
    if adds and bos:
        core.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, SPECIAL.index(bos))])
    core.add_special_tokens(SPECIAL)
    more = {"cls_token": cls} if cls else {}
    made = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="<|eot|>", bos_token=bos,
                                   model_max_length=512, **more)
    made.chat_template = TEMPLATE
    return made


def folder_of(name):
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def opened(name, tokens, save):
    """The folder with model and tokenizer, and the tokenizer as transformers loads it."""
    folder = folder_of(name)
    save(folder)
    tokens.save_pretrained(folder)
    for extra in ["generation_config.json"]:
        if os.path.exists(os.path.join(folder, extra)):
            os.remove(os.path.join(folder, extra))
    return folder, AutoTokenizer.from_pretrained(folder)


def edit(folder, **changes):
    path = os.path.join(folder, "config.json")
    config = json.load(open(path))
    config.update(changes)
    with open(path, "w") as file:
        json.dump(config, file, indent=2)


def write(folder, rows, note):
    for row in rows:
        row["scores"] = digits(row["scores"])
    content = {"note": note, "rows": rows}
    with open(os.path.join(folder, "reference.json"), "w") as file:
        file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items()) + "\n}\n")
    print(os.path.basename(folder), [[round(v, 4) for v in r["scores"]] for r in rows])


def states(model, ids):
    with torch.inference_mode():
        return model(torch.tensor([ids])).last_hidden_state[0]


def headed(folder, cls, head):
    """The body in float64 and tensors of the head."""
    stored = {k: v.double() for k, v in load_file(os.path.join(folder, "model.safetensors")).items()}
    body = cls.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    return body, [stored[name] for name in head]


def rlhflow():
    """math-rm/prm_evaluate.py and math/orm_evaluate.py: the position before each label, by one pass for each label."""
    tokens = tokenizer()
    config = LlamaConfig(vocab_size=len(tokens), **SIZES)
    folder, tokens = opened("rlhflow", tokens, fill(LlamaForCausalLM(config), "rlhflow").save_pretrained)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    labels = [tokens.encode(c, add_special_tokens=False)[-1] for c in "+-"]

    def ids_of(conversation):
        return tokens.apply_chat_template(conversation, return_dict=False)

    def score(conversation):
        with torch.inference_mode():
            return float(model(torch.tensor([ids_of(conversation)])).logits[0, -3, labels].softmax(-1)[0])
    rows, whole = [], []
    for prompt, steps in ROWS:
        answer = "\n\n".join(steps)
        conversation, scores, positions = [], [], []
        for k, step in enumerate(s.strip() for s in answer.split("\n\n")):
            conversation += [{"role": "user", "content": prompt + " " + step if k == 0 else step},
                             {"role": "assistant", "content": "+"}]
            scores.append(score(conversation))
            positions.append(len(ids_of(conversation)) - 3)
        rows.append({"prompt": prompt, "response": answer, "ids": ids_of(conversation), "positions": positions,
                     "scores": scores})
        conversation = [{"role": "user", "content": prompt + " " + answer}, {"role": "assistant", "content": "+"}]
        ids = ids_of(conversation)
        whole.append({"prompt": prompt, "response": answer, "ids": ids, "positions": [len(ids) - 3],
                      "scores": [score(conversation)]})
    write(folder, rows, "Process reward model: p(+) against - before each label.")
    shutil.copy(os.path.join(folder, "reference.json"), os.path.join(folder, "reference_prm.json"))
    write(folder, whole, "Outcome reward model: the same of the whole response.")
    os.rename(os.path.join(folder, "reference.json"), os.path.join(folder, "reference_orm.json"))


def shepherd():
    """The model card of math-shepherd-mistral-7b-prm: + against - at every step token, in question, space and output."""
    tokens = tokenizer()
    config = LlamaConfig(vocab_size=len(tokens), **SIZES)
    folder, tokens = opened("shepherd", tokens, fill(LlamaForCausalLM(config), "shepherd").save_pretrained)
    with open(os.path.join(folder, "shepherd.jinja"), "w") as file:
        file.write("{{ bos_token }}{{ messages[0].content }} {{ messages[1].content }}")
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    labels, step = [tokens.encode(c, add_special_tokens=False)[-1] for c in "+-"], "<cls>"
    rows = []
    for prompt, steps in ROWS:
        response = "\n".join(s + " " + step for s in steps)
        ids = tokens.encode(f"{prompt} {response}")
        places = [i for i, t in enumerate(ids) if t == tokens.convert_tokens_to_ids(step)]
        with torch.inference_mode():
            scores = model(torch.tensor([ids])).logits[0][:, labels].softmax(-1)[places, 0]
        rows.append({"prompt": prompt, "response": response, "ids": ids, "positions": places, "scores": scores.tolist()})
    write(folder, rows, "p(+) against - at every step token.")


def trl(name, bos):
    """TRL's PRMTrainer.tokenize_row, and PURE's step rewards: p1 - p0 at the last token of each separator."""
    tokens = tokenizer(bos, adds=False)
    config = Qwen3Config(vocab_size=len(tokens), head_dim=8, num_labels=2, **SIZES)
    folder, tokens = opened(name, tokens, fill(Qwen3ForTokenClassification(config), name).save_pretrained)
    model = Qwen3ForTokenClassification.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    rows = []
    for prompt, steps in ROWS:
        steps = [s.replace("\n", " ") for s in steps]
        ids = tokens(prompt, add_special_tokens=False)["input_ids"]
        separator = tokens.encode("\n", add_special_tokens=False)
        parts = [tokens(s, add_special_tokens=False)["input_ids"] + separator for s in steps]
        if tokens.bos_token_id is not None:
            ids = [tokens.bos_token_id] + ids
        positions = []
        for part in parts:
            ids = ids + part
            positions.append(len(ids) - 1)
        with torch.inference_mode():
            p = model(torch.tensor([ids])).logits[0, positions].softmax(-1)
        rows.append({"prompt": prompt, "steps": steps, "response": "\n".join(steps), "ids": ids, "positions": positions,
                     "scores": (p[:, 1] - p[:, 0]).tolist()})
    write(folder, rows, "p(1) - p(0) at the end of each step.")


def skywork():
    """skywork-o1-prm-inference, model_utils/io_utils.py and prm_model.py."""
    tokens = tokenizer("<|start|>", adds=False)
    config = Qwen2Config(vocab_size=len(tokens), **SIZES)

    def save(folder):
        fill(Qwen2ForCausalLM(config), "skywork").save_pretrained(folder)
        path = os.path.join(folder, "model.safetensors")
        g = torch.Generator().manual_seed(5)
        tensors = load_file(path) | {"v_head.summary.weight": torch.randn(1, 16, generator=g),
                                     "v_head.summary.bias": torch.randn(1, generator=g)}
        save_file(tensors, path, metadata={"format": "pt"})
        edit(folder, architectures=["Qwen2ForPrmModel"])
    folder, tokens = opened("skywork", tokens, save)
    body, (weight, bias) = headed(folder, Qwen2Model, ["v_head.summary.weight", "v_head.summary.bias"])
    rows = []
    for prompt, response in [(p, "\n".join(s)) for p, s in ROWS] + [("Blank?", "One.\n\nTwo.\n")]:
        ids = tokens.encode(tokens.bos_token + prompt + "\n")
        step_token_id = tokens.encode("\n")[-1]
        positions = []
        for step in response.split("\n"):
            ids = ids + (tokens.encode(step) if step != "" else []) + [step_token_id]
            positions.append(len(ids) - 1)
        scores = (states(body, ids)[positions] @ weight[0] + bias[0]).sigmoid()
        rows.append({"prompt": prompt, "response": response, "ids": ids, "positions": positions, "scores": scores.tolist()})
    write(folder, rows, "Sigmoids of the value head at each separator; empty steps count.")


def athene():
    """The model card's pipeline, but one BOS: the tokenizer's cls_token behind the text, read there."""
    tokens = tokenizer(cls="<cls>")
    config = LlamaConfig(vocab_size=len(tokens), **SIZES)

    def save(folder):
        model = fill(LlamaModel(config), "athene")
        g = torch.Generator().manual_seed(6)
        tensors = {f"model.{k}": v for k, v in model.state_dict().items()} | {"v_head.weight": torch.randn(1, 16, generator=g)}
        save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(folder, "model.safetensors"),
                  metadata={"format": "pt"})
        model.config.save_pretrained(folder)
        edit(folder, architectures=["AtheneForSequenceClassification"])
    folder, tokens = opened("athene", tokens, save)
    body, (weight,) = headed(folder, LlamaModel, ["v_head.weight"])
    rows = []
    for prompt, steps in ROWS:
        response = "\n".join(steps)
        conversation = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
        text = tokens.apply_chat_template(conversation, tokenize=False) + tokens.cls_token
        ids = tokens(text, add_special_tokens=False)["input_ids"]
        place = max(i for i, t in enumerate(ids) if t == tokens.cls_token_id)
        rows.append({"prompt": prompt, "response": response, "ids": ids, "positions": [place],
                     "scores": (states(body, ids)[place] @ weight[0])[None].tolist()})
    write(folder, rows, "The value head at the appended cls_token.")


def polar():
    """InternLM/POLAR, RewardModelClient._encode: prompt and reference, <|reward|>, prompt and response."""
    tokens = tokenizer()
    config = {"architectures": ["InternLM2ForRewardModel"], "model_type": "internlm2", "bias": False,
              "vocab_size": len(tokens), **SIZES, "hidden_act": "silu", "rope_theta": 10000, "rope_scaling": None,
              "reward_token_id": SPECIAL.index("[UNUSED_TOKEN_130]"), "num_attention_heads": 4, "num_key_value_heads": 2}
    folder = folder_of("polar")
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
    kept = {k: v for k, v in config.items() if k not in ("model_type", "architectures", "bias")}
    tensors = fill(LlamaForSequenceClassification(LlamaConfig(**kept, num_labels=1)), "polar").state_dict()
    save_file({k: v.contiguous() for k, v in internlm2_names(tensors, 4, 2).items()},
              os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    tokens.save_pretrained(folder)
    model = llama_of(folder).double()
    rows = []
    for prompt, reference, response in [
            ([{"role": "user", "content": "Which?"}], "This one.", "That one, I think."),
            ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
              {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "And now?"}],
             [{"role": "assistant", "content": "Now this."}], "Now that;\nwell."),
            ([{"role": "user", "content": "Which?"}], "This one.", "This one.")]:
        p = "\n".join(m["content"] for m in prompt)
        r = reference if isinstance(reference, str) else "\n".join(m["content"] for m in reference)
        text = p + "\n" + r + "<|reward|>" + p + "\n" + response + "[UNUSED_TOKEN_130]"
        ids = tokens(text)["input_ids"]
        with torch.inference_mode():
            score = float(model(torch.tensor([ids])).logits[0, 0])
        rows.append({"messages": prompt, "reference": reference, "response": response, "ids": ids,
                     "positions": [len(ids) - 1], "scores": [score]})
    write(folder, rows, "The reward at the last token.")


if __name__ == "__main__":
    rlhflow()
    shepherd()
    trl("trl", None)
    trl("trl_bos", "<s>")
    skywork()
    athene()
    polar()
