"""Makes folders.json beside this file, from tokenizers.json (make_tokenizers.py).

What transformers' `AutoTokenizer` makes of a folder with one of those tokenizers and a
tokenizer_config.json: ids of texts, and of the special tokens.

    pip install transformers==5.23.0 tokenizers==0.23.3
    python make_folders.py
"""

import json
import os
import pathlib
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer  # noqa: E402

HERE = pathlib.Path(__file__).parent
NAMED = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
LSTRIP = {"__type": "AddedToken", "content": "<m>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False, "special": True}
BYTES, MARKS, UNIGRAM = "byte-level BPE", "BPE with some bytes", "Unigram"
FOLDERS = [
    (BYTES, {}),
    (BYTES, {"tokenizer_class": "PreTrainedTokenizerFast", **NAMED, "pad_token": "<pad>"}),
    (BYTES, {"tokenizer_class": "TokenizersBackend", **NAMED, "add_bos_token": False, "add_eos_token": True}),
    (BYTES, {"tokenizer_class": "Qwen2Tokenizer", "bos_token": None, "eos_token": "</s>", "pad_token": "<s>", "unk_token": None}),
    (BYTES, {"tokenizer_class": "Qwen2TokenizerFast", "extra_special_tokens": ["<extra_0>"]}),
    (BYTES, {"tokenizer_class": "LlamaTokenizer", **NAMED}),
    (MARKS, {"tokenizer_class": "LlamaTokenizer", **NAMED, "add_bos_token": True, "add_eos_token": True}),
    (MARKS, {"tokenizer_class": "LlamaTokenizerFast", "legacy": True, "mask_token": LSTRIP}),
    (MARKS, {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False, "legacy": True}),
    (MARKS, {"tokenizer_class": "GemmaTokenizer", **NAMED, "pad_token": "<unk>"}),
    (MARKS, {"tokenizer_class": "TokenizersBackend", "bos_token": "<b>", "pad_token": "<p>", "cls_token": "<c>", "extra_special_tokens": {"z": "<z>", "a": "<a>"},
             "additional_special_tokens": ["<q>"], "added_tokens_decoder": {"900": {**LSTRIP, "content": "yy"}, "3": {**LSTRIP, "content": "[CLS]"}}}),
    (UNIGRAM, {"tokenizer_class": "DebertaV2Tokenizer", "unk_token": "<unk>"}),
    (UNIGRAM, {"tokenizer_class": "DebertaV2Tokenizer", "unk_token": "<unk>", "do_lower_case": True, "split_by_punct": True}),
]  # fmt: skip


def main():
    fixture = json.loads((HERE / "tokenizers.json").read_text())
    tokenizers = {entry["name"]: entry["tokenizer"] for entry in fixture["tokenizers"]}
    texts = fixture["texts"][:60] + ["<s>[CLS] a  [CLS] b<m> c  <m>", "yy <extra_0><q> <z>a", "e\u0301 [MASK] mask"]
    folders = []
    for name, config in FOLDERS:
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "tokenizer.json").write_text(json.dumps(tokenizers[name]))
            (pathlib.Path(folder) / "tokenizer_config.json").write_text(json.dumps(config))
            tokenizer = AutoTokenizer.from_pretrained(folder)
        special = {use: getattr(tokenizer, f"{use}_token_id") for use in ("bos", "eos", "pad", "unk")}
        ids = [tokenizer(text, add_special_tokens=False).input_ids for text in texts]
        folders.append({"name": name, "config": config, "special": special, "single": tokenizer("a").input_ids, "ids": ids})
    value = {"texts": texts, "folders": folders}
    (HERE / "folders.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
