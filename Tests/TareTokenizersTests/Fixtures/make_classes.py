"""Makes classes.json beside this file, from tokenizers.json (make_tokenizers.py).

What `AutoTokenizer` makes of a folder by model_type, tokenizer_class, style of tokenizer.json and
options, in transformers 5.23.0 and in 4.57.3: ids of texts and of the special tokens. The folders
are drawn with a fixed seed, so both versions see the same ones.

    pip install transformers==5.23.0 tokenizers==0.23.3      (in one environment)
    pip install transformers==4.57.3 sentencepiece protobuf  (in another)
    FIVE/bin/python make_classes.py run five.json
    FOUR/bin/python make_classes.py run four.json
    python make_classes.py join five.json four.json
"""

import json
import os
import pathlib
import random
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
BYTES, MARKS, UNIGRAM = "byte-level BPE", "BPE with some bytes", "Unigram"


def split(pattern):
    return {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        ],
    }


def around(before=(), after=()):
    def item(name, kind=0):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def text(name, kind=0):
        return {"Sequence": {"id": name, "type_id": kind}}

    single = [*map(item, before), text("A"), *map(item, after)]
    ids = {"<unk>": 0, "<s>": 1, "</s>": 2, "[CLS]": 3, "[SEP]": 4}
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single + [item(name, 1) for name in before] + [text("B", 1)] + [item(name, 1) for name in after],
        "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]} for name in {*before, *after}},
    }


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, REPLACE]}


def marks(scheme, split=False):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": split}


# Name: vocabulary, stages, changes of the model.
STYLES = {
    "Llama 2": (MARKS, {"normalizer": PREPEND, "pre_tokenizer": None, "post_processor": around(["<s>"])}, {"fuse_unk": True}),
    "Llama 2 without a post-processor": (MARKS, {"normalizer": PREPEND, "pre_tokenizer": None, "post_processor": None}, {"fuse_unk": True}),
    "Mistral v0.3": (MARKS, {"normalizer": None, "pre_tokenizer": marks("first"), "post_processor": around(["<s>"])}, {"fuse_unk": True}),
    "marks, never before": (MARKS, {"normalizer": None, "pre_tokenizer": marks("never"), "post_processor": around(["<s>"], ["</s>"])}, {}),
    "Gemma": (MARKS, {"normalizer": REPLACE, "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
                      "post_processor": around(["<s>"])}, {"fuse_unk": True}),
    "GPT-2": (BYTES, {"normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}, "post_processor": None}, {}),
    "GPT-2 with a prefix": (BYTES, {"normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
                                    "post_processor": around(["<s>"], ["</s>"])}, {}),
    "Llama 3": (BYTES, {"normalizer": None, "pre_tokenizer": split(LLAMA3), "post_processor": around(["<s>"])}, {"ignore_merges": True}),
    "Qwen 2": (BYTES, {"normalizer": {"type": "NFC"}, "pre_tokenizer": split(QWEN2), "post_processor": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}}, {}),
    "R1 distill": (BYTES, {"normalizer": {"type": "Sequence", "normalizers": []}, "pre_tokenizer": split(LLAMA3), "post_processor": around(["<s>"])}, {}),
    "DeBERTa": (UNIGRAM, {"post_processor": around(["[CLS]"], ["[SEP]"])}, {}),
    "DeBERTa, plain": (UNIGRAM, {"normalizer": None, "pre_tokenizer": marks("always", True), "post_processor": None}, {}),
}  # fmt: skip

TYPES = ["llama", "mistral", "phi3", "qwen2", "qwen3", "qwen3_moe", "gemma", "gemma2", "gemma3_text", "olmo2", "gpt_neox", "deberta-v2",
         "llama_moe_rnn", "ministral", "seed_oss", "mixtral", "olmo", "olmo3", "qwen3_5_text", "qwen2_moe", "starcoder2", "cohere2", "granite",
         "nemotron", "exaone4", "gpt_oss"]  # fmt: skip
CLASSES = [None, "PreTrainedTokenizerFast", "TokenizersBackend", "LlamaTokenizer", "LlamaTokenizerFast", "Qwen2Tokenizer", "Qwen2TokenizerFast", "GemmaTokenizer",
           "GemmaTokenizerFast", "GPT2Tokenizer", "GPTNeoXTokenizerFast", "CodeLlamaTokenizer", "CohereTokenizer", "DebertaV2Tokenizer", "DebertaV2TokenizerFast",
           "Qwen3_5Tokenizer", "ArcticTokenizer"]  # fmt: skip
NAMED = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
TOKEN = {"__type": "AddedToken", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
# Weight: options.
OPTIONS = [
    (4, {}),
    (8, NAMED),
    (4, {**NAMED, "legacy": False}),
    (3, {**NAMED, "legacy": True}),
    (1, {**NAMED, "add_prefix_space": True}),
    (2, {**NAMED, "add_prefix_space": False, "legacy": True}),
    (2, {**NAMED, "add_prefix_space": None, "pad_token": "</s>"}),
    (1, {**NAMED, "add_bos_token": True, "add_eos_token": True, "legacy": True}),
    (1, {**NAMED, "add_bos_token": False, "pad_token": "<pad>"}),
    (1, {**NAMED, "bos_token": None, "pad_token": "<unk>"}),
    (1, {**NAMED, "mask_token": {**TOKEN, "content": "[MASK]", "lstrip": True}}),
    (1, {**NAMED, "eos_token": {**TOKEN, "content": "</s>", "rstrip": True}, "extra_special_tokens": ["<x>", "New"]}),
    (1, {**NAMED, "additional_special_tokens": ["<y>", "the"]}),
    (1, {**NAMED, "extra_special_tokens": {"turn": "<z>"}}),
    (1, {**NAMED, "turn_token": "<turn>", "fill_token": "<fill>"}),
    (1, {**NAMED, "added_tokens_decoder": {"1": {**TOKEN, "content": "<s>"}, "2": {**TOKEN, "content": "</s>", "lstrip": True}, "0": {**TOKEN, "content": "<unk>"}}}),
    (1, {**NAMED, "added_tokens_decoder": {"4": {**TOKEN, "content": "[SEP]", "rstrip": True}, "900": {**TOKEN, "content": "yy", "special": False, "normalized": True}}}),
    (1, {**NAMED, "do_lower_case": True, "split_by_punct": True}),
    (1, {"unk_token": "<unk>", "do_lower_case": False}),
    (1, {"bos_token": None, "eos_token": "[SEP]", "map": {**NAMED, "bos_token": "<s>", "eos_token": "</s>"}}),
    (1, {**NAMED, "added": {"<s>": 1, "<more>": 700, "of": 650, "</s>": 2}}),
    (1, {**NAMED, "auto_map": {"AutoTokenizer": ["tokenization_own.OwnTokenizer", None]}}),
]  # fmt: skip
TEXTS = [
    "a", " ", "Hello world", "  leading", "line\nnext\n\n  end", "cafe\u0301 e\u0301", "1234567 of 1024the 3.14", "I'll don't WE'RE it's", "<s>Hi</s> there<s> you",
    "a [CLS] x[SEP] the", "\u6771\u4eac\u306b\u4f4f\u3080", "mask New the [MASK] b", "to be  \n", "\u2581y \u2581", "\U0001f600 na\u00efve", "\ttab\r\nend ",
    "yy <x><y> <z>a</s>b<turn> <pad> of<more> x", "x [MASK] b <sep> y", "Stra\u00dfe, \u00bd \u043f\u0440\u0438\u0432\u0435\u0442!",
]  # fmt: skip


def folders():
    draw = random.Random(23)
    weights = [weight for weight, _ in OPTIONS]
    names = list(STYLES)
    unknown = {None, "PreTrainedTokenizerFast", "TokenizersBackend", "ArcticTokenizer", "Qwen3_5Tokenizer"}
    seen = set()
    for kind in TYPES:
        for name in CLASSES:
            for number in range(8):
                style = draw.choice(names)
                # A class of one model does not go with a vocabulary of another.
                if name is not None and name.startswith("Deberta") != style.startswith("DeBERTa") and draw.random() < 0.9:
                    continue
                option = draw.choices(range(len(OPTIONS)), weights)[0]
                options = OPTIONS[option][1]
                # With classes that neither version has, its remote code would be asked for.
                if "auto_map" in options and name in unknown:
                    continue
                place = "config.json" if name is not None and draw.random() < 0.08 else "tokenizer_config.json"
                mapped = draw.random() < 0.1 and not {"added_tokens_decoder", "map"} & options.keys()
                entry = (kind, name, style, option, place, mapped)
                if entry in seen:
                    continue
                seen.add(entry)
                yield entry


def file(style, source):
    name, stages, changes = STYLES[style]
    value = json.loads(json.dumps(source[name]))
    value.update(stages)
    value["model"].update(changes)
    return value


def names_token(key):
    return key.endswith("_token") and not key.startswith("add_")


def write(folder, entry, source):
    kind, name, style, option, place, mapped = entry
    options = OPTIONS[option][1]
    config = {"model_type": kind}
    own = {key: value for key, value in options.items() if key not in ("map", "added") and not (mapped and names_token(key))}
    if name is not None:
        (config if place == "config.json" else own)["tokenizer_class"] = name
    (folder / "tokenizer.json").write_text(json.dumps(file(style, source)))
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(json.dumps(own))
    moved = {key: value for key, value in options.items() if names_token(key) and value is not None}
    if mapped or "map" in options:
        (folder / "special_tokens_map.json").write_text(json.dumps(options.get("map", moved)))
    if "added" in options:
        (folder / "added_tokens.json").write_text(json.dumps(options["added"]))


def run(path):
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "critical"
    import transformers
    from transformers import AutoTokenizer

    fixture = json.loads((HERE / "tokenizers.json").read_text())
    source = {entry["name"]: entry["tokenizer"] for entry in fixture["tokenizers"]}
    results = []
    for entry in folders():
        with tempfile.TemporaryDirectory() as name:
            write(pathlib.Path(name), entry, source)
            try:
                tokenizer = AutoTokenizer.from_pretrained(name)
                results.append(
                    {
                        "class": type(tokenizer).__name__,
                        "special": [getattr(tokenizer, f"{use}_token_id") for use in ("bos", "eos", "pad", "unk")],
                        "single": tokenizer("a").input_ids,
                        "ids": [tokenizer(text, add_special_tokens=False).input_ids for text in TEXTS],
                    }
                )
            except (Exception, BaseException) as error:  # PyO3's panics are no Exception
                if isinstance(error, KeyboardInterrupt):
                    raise
                results.append({"error": f"{type(error).__name__}: {str(error)[:80]}"})
    pathlib.Path(path).write_text(json.dumps({"version": transformers.__version__, "results": results}))


def join(five, four):
    lists, outcomes = [], []
    places = {}

    def place(of, value):
        key = json.dumps(value)
        if (id(of), key) not in places:
            places[id(of), key] = len(of)
            of.append(value)
        return places[id(of), key]

    def outcome(result):
        if "error" in result:
            return -1
        return place(outcomes, [result["special"], place(lists, result["single"]), *(place(lists, ids) for ids in result["ids"])])

    rows = []
    versions = [json.loads(pathlib.Path(path).read_text()) for path in (five, four)]
    styles = list(STYLES)
    for entry, *results in zip(folders(), *(version["results"] for version in versions), strict=True):
        kind, name, style, option, where, mapped = entry
        rows.append([TYPES.index(kind), CLASSES.index(name), styles.index(style), option, int(where == "config.json"), int(mapped), *map(outcome, results)])
    value = {
        "versions": [version["version"] for version in versions],
        "texts": TEXTS,
        "types": TYPES,
        "classes": CLASSES,
        "styles": [{"name": name, "tokenizer": base, "stages": stages, "model": model} for name, (base, stages, model) in STYLES.items()],
        "options": [options for _, options in OPTIONS],
        "folders": rows,
        "outcomes": outcomes,
        "ids": lists,
    }
    (HERE / "classes.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")
    print(len(rows), "folders,", len(outcomes), "outcomes,", len(lists), "lists")


if __name__ == "__main__":
    {"run": run, "join": join}[sys.argv[1]](*sys.argv[2:])
