#!/usr/bin/env python3
"""Makes the tiny models on which `tare serve` is compared with other servers, in seconds, always the same bytes:

  python3 Benchmarks/servers/models.py FOLDER [NAME …]

It needs no packages. Weights are random with a fixed seed, half a megabyte each; heads are of size 64, as vLLM's attention on
CPUs wants them. Every tokenizer is byte-level BPE with a few merges, in Qwen 2's and in Llama 3's form. MODELS says what each is
for, and which options its servers are started with.
"""
import argparse
import array
import json
import math
import pathlib
import random
import shutil
import struct
import sys

CONTEXT = 256
WORDS = ["Ġthe", "Ġa", "Ġis", "Ġit", "Ġof", "Ġand", "Ġblue", "Ġsky", "The", "Why", "user", "system", "assistant", "Ġair",
         "Ġlight", "Ġscatter", "Ġnot", "Ġknow", "Ġin", "Ġfour", "Ġbecause", "Because", "query", "document", "think"]
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3 = QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|")

CHATML = (
    "{%- if tools %}{{- '<|im_start|>system\\n' }}{%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}"
    "{%- endif %}{{- 'Tools:' }}{%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}{{- '<|im_end|>\\n' }}"
    "{%- elif messages[0].role == 'system' %}{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}{%- endif %}"
    "{%- for message in messages %}{%- if not (loop.first and message.role == 'system') %}"
    "{{- '<|im_start|>' + message.role + '\\n' }}{%- if message.content is string %}{{- message.content }}{%- endif %}"
    "{%- if message.reasoning_content is string %}{{- '<think>' + message.reasoning_content + '</think>' }}{%- endif %}"
    "{%- for call in message.tool_calls or [] %}{{- '<tool_call>' + call.function.name + ' ' + (call.function.arguments | tojson)"
    " + '</tool_call>' }}{%- endfor %}{{- '<|im_end|>\\n' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- if enable_thinking is defined and "
    "enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}")
HEADERS = (
    "{{- bos_token }}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + "
    "message['content'] | trim + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}"
    "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}")
# Of the kind that loops over a content's parts, and knows developers.
PARTED = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role }}{%- if message.name is defined %}{{- ' ' + message.name }}"
    "{%- endif %}{{- '\\n' }}{%- if message.role == 'developer' and message.tools %}{{- message.tools | tojson }}{%- endif %}"
    "{%- if message.content is string %}{{- message.content }}{%- else %}{%- for part in message.content %}"
    "{%- if part.type == 'text' %}{{- '[' + part.text + ']' }}{%- endif %}{%- if part.cache_control is defined %}{{- '*' }}"
    "{%- endif %}{%- endfor %}{%- endif %}{%- if message.reasoning is string %}{{- '<think>' + message.reasoning + '</think>' }}"
    "{%- endif %}{%- for call in message.tool_calls or [] %}{{- call.function.name }}"
    "{%- for key, value in call.function.arguments.items() %}{{- ' ' + key + '=' + (value | string) }}{%- endfor %}{%- endfor %}"
    "{%- if message.tool_call_id is defined %}{{- ' for ' + message.tool_call_id }}{%- endif %}{{- '<|im_end|>\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}")
RERANKER = (
    "<|im_start|>system\n{{ instruction | default('Judge the document.') }}<|im_end|>\n<|im_start|>user\n"
    "{%- for message in messages %}{% if message.role == 'query' %}<Query>: {{ message.content }}\n"
    "{% elif message.role == 'document' %}<Document>: {{ message.content }}{% endif %}{% endfor %}<|im_end|>\n"
    "<|im_start|>assistant\n")
# vLLM's --chat-template of `q3rr`, which is the folder's own as well.
RERANKER_FILE = "reranker.jinja"
# What makes of a folder one of sentence-transformers' CrossEncoder.
CROSS_ENCODER = {
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"}],
    "config_sentence_transformers.json": {
        "activation_fn": "torch.nn.modules.activation.Sigmoid", "default_prompt_name": None, "model_type": "CrossEncoder",
        "prompts": {}},
    "sentence_bert_config.json": {
        "transformer_task": "sequence-classification", "module_output_name": "scores", "modality_config": {
            "text": {"method": "forward", "method_output_name": "logits"},
            "message": {"method": "forward", "method_output_name": "logits", "format": "flat"}}},
}

KEY = "open-sesame"

# NAME: seed, class of the weights, further members of config.json, options of `vllm serve` and of `tare serve`. In options
# FOLDER stands for the model's folder.
FIVE = ["helpful", "correct", "coherent", "complex", "verbose"]
MODELS = {
    "q3rm": dict(seed=1, note="a reward model of one label"),
    "q3reg": dict(seed=1, config={"problem_type": "regression", "id2label": {"0": "reward"}, "label2id": {"reward": 0}},
                  note="q3rm as transformers saves it after a regression"),
    "q3five": dict(seed=2, config={"id2label": dict(enumerate(FIVE)), "label2id": {n: i for i, n in enumerate(FIVE)}},
                   note="five labels with names"),
    "q3multi": dict(seed=3, config={"problem_type": "multi_label_classification", "id2label": dict(enumerate(FIVE[:3])),
                                    "label2id": {n: i for i, n in enumerate(FIVE[:3])}},
                    note="three labels, each with a sigmoid"),
    "l3rm": dict(seed=4, family="llama", note="a BOS from the template, and one from the post-processor"),
    "q2rm": dict(seed=5, family="qwen2", architecture="Qwen2ForRewardModel", note="a value for each token"),
    "q2prm": dict(seed=6, family="qwen2", architecture="Qwen2ForProcessRewardModel", outputs=2,
                  vllm=["--pooler-config", '{"step_tag_id": STEP}'],
                  note="two values for each step"),
    "q3parts": dict(seed=1, template=PARTED, note="q3rm with a template that loops over parts"),
    "q3key": dict(seed=1, vllm=["--api-key", KEY], tare=["--api-key-file", "FOLDER/key.txt"], note="q3rm behind a key"),
    "q3rr": dict(seed=1, template=RERANKER, vllm=["--chat-template", f"FOLDER/{RERANKER_FILE}"],
                 note="a reranker, with a template of the roles query and document"),
}


def options(name, server, folder):
    """What `server` is started with besides the model."""
    step = str(vocabulary("qwen2")["<extra_0>"])
    return [each.replace("FOLDER", str(folder)).replace("STEP", step) for each in MODELS[name].get(server, [])]


SPECIAL = {
    "qwen2": ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<extra_0>"],
    "llama": ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
}


def alphabet():
    """The characters of byte-level BPE, in the order of GPT-2's table."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(byte) for byte in plain] + [chr(256 + index) for index in range(256 - len(plain))]


def merges():
    """Each word grows from its left end; what two words have in common is one merge."""
    return list(dict.fromkeys((word[:end], word[end]) for word in WORDS for end in range(1, len(word))))


def vocabulary(family):
    tokens = alphabet() + ["".join(pair) for pair in merges()] + SPECIAL["llama" if family == "llama" else "qwen2"]
    return {token: index for index, token in enumerate(tokens)}


def tokenizer(family):
    """tokenizer.json, in the form that the family's models have."""
    isLlama = family == "llama"
    special = SPECIAL["llama" if isLlama else "qwen2"]
    ids = vocabulary(family)
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    split = {"type": "Split", "pattern": {"Regex": LLAMA3 if isLlama else QWEN2}, "behavior": "Isolated", "invert": False}
    around = {**byte_level, "trim_offsets": isLlama}
    if isLlama:
        bos = special[0]
        first, second = ([{"SpecialToken": {"id": bos, "type_id": kind}}, {"Sequence": {"id": text, "type_id": kind}}]
                         for kind, text in enumerate("AB"))
        around = {"type": "Sequence", "processors": [around, {
            "type": "TemplateProcessing", "single": first, "pair": first + second,
            "special_tokens": {bos: {"id": bos, "ids": [ids[bos]], "tokens": [bos]}}}]}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": ids[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for token in special],
        "normalizer": None if isLlama else {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            split, {**byte_level, "add_prefix_space": False, "use_regex": False}]},
        "post_processor": around,
        "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": isLlama,
                  "vocab": {token: index for token, index in ids.items() if token not in special},
                  "merges": [list(pair) for pair in merges()]},
    }


HIDDEN, INNER, LAYERS = 64, 96, 2


def shapes(family, head, words):
    """Every tensor's name and shape: of the backbone, and of the head's layers."""
    yield "model.embed_tokens.weight", (words, HIDDEN)
    for layer in range(LAYERS):
        place = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            yield f"{place}{norm}.weight", (HIDDEN,)
        for name in "qkvo":
            yield f"{place}self_attn.{name}_proj.weight", (HIDDEN, HIDDEN)
            if family == "qwen2" and name != "o":
                yield f"{place}self_attn.{name}_proj.bias", (HIDDEN,)
            if family == "qwen3" and name in "qk":
                yield f"{place}self_attn.{name}_norm.weight", (HIDDEN,)
        for name, shape in (("gate", (INNER, HIDDEN)), ("up", (INNER, HIDDEN)), ("down", (HIDDEN, INNER))):
            yield f"{place}mlp.{name}_proj.weight", shape
    yield "model.norm.weight", (HIDDEN,)
    yield from head


def safetensors(family, head, words, seed):
    """Weights that keep the numbers near 1, so that another token or another place is seen in the score. They are drawn
    evenly, by sums and products alone, which are the same on every machine."""
    draw = random.Random(seed).random
    header, data = {}, b""
    for name, shape in shapes(family, head, words):
        middle, spread = 0.0, 1.5 / math.sqrt(shape[-1])
        if "norm" in name:
            middle, spread = 1.0, 0.25
        elif "embed" in name:
            spread = 1.0
        scale = 2 * 1.75 * spread
        values = array.array("f", (middle + scale * (draw() - 0.5) for _ in range(math.prod(shape))))
        if sys.byteorder == "big":
            values.byteswap()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += values.tobytes()
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def configuration(family, about, ids, pad, eos, bos):
    """config.json as transformers saves it, of the members that say something."""
    kind = {"qwen3": "Qwen3", "qwen2": "Qwen2", "llama": "Llama"}[family]
    members = {
        "architectures": [about.get("architecture", kind + "ForSequenceClassification")], "model_type": family,
        "vocab_size": len(ids), "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": LAYERS,
        "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": HIDDEN, "hidden_act": "silu",
        "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-6,
        "rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"}, "rope_theta": 10000.0,
        "attention_bias": family == "qwen2", "tie_word_embeddings": False, "use_cache": True, "dtype": "float32",
        "torch_dtype": "float32", "pad_token_id": pad, "eos_token_id": eos, "bos_token_id": bos,
    }
    if "architecture" not in about:
        members |= {"id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}, **about.get("config", {})}
    return members


def make(name, folder):
    about = MODELS[name]
    family = about.get("family", "qwen3")
    ids = vocabulary(family)
    pad, eos, bos = ("<|end_of_text|>", "<|eot_id|>", "<|begin_of_text|>") if family == "llama" else (
        "<|endoftext|>", "<|im_end|>", None)
    members = configuration(family, about, ids, ids[pad], ids[eos], ids.get(bos))
    if "architecture" in about:
        outputs = about.get("outputs", 1)
        head = [("score.0.weight", (HIDDEN, HIDDEN)), ("score.0.bias", (HIDDEN,)), ("score.2.weight", (outputs, HIDDEN)),
                ("score.2.bias", (outputs,))]
    else:
        head = [("score.weight", (len(members["id2label"]), HIDDEN))]
    template = about.get("template", HEADERS if family == "llama" else CHATML)
    files = {
        "config.json": members,
        "tokenizer.json": tokenizer(family),
        # The class that every version of transformers knows.
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": eos, "pad_token": pad,
            "clean_up_tokenization_spaces": False, "model_max_length": 1000000000000000019884624838656,
            **({"bos_token": bos} if bos else {}), "chat_template": template},
    }
    if template == RERANKER:
        files |= CROSS_ENCODER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "chat_template.jinja").write_text(template)
    (folder / RERANKER_FILE).write_text(RERANKER)
    (folder / "key.txt").write_text(KEY + "\n")
    (folder / "model.safetensors").write_bytes(safetensors(family, head, len(ids), about["seed"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    for each in arguments.names:
        if each not in MODELS:
            parser.error(f"no model {each}; there are {', '.join(MODELS)}")
    for each in arguments.names or MODELS:
        make(each, arguments.folder / each)
        size = sum(path.stat().st_size for path in (arguments.folder / each).iterdir())
        print(f"{each}: {size:,} bytes; {MODELS[each]['note']}")
