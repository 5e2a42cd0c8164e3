#!/usr/bin/env bash
# transformers 5.23.0: the same tokenizer.json and tokenizer_config.json give other tokens when config.json says another model_type.
#
# `tokenizer_class: LlamaTokenizer` without `legacy` on a SentencePiece style file (a normaliser that puts "▁" first and
# replaces blanks): under model_type llama the class rebuilds the normaliser, and nothing is put before text after a
# special token; under phi3 or mistral the file is read as it stands. A reward model's folder whose type is changed, or
# a tool that goes by the class's name alone, scores other tokens without a word.
#
# Seen, of "<s>a b</s>ca": llama <s> a ▁b </s> c a (6 pieces); phi3 and mistral <s> ▁a ▁b </s> ▁ c a (7 pieces).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.23.0
"$work/venv/bin/python" - "$work" <<'P'
import json, pathlib, sys
from tokenizers import AddedToken, Tokenizer, models, normalizers
from transformers import AutoTokenizer

work = pathlib.Path(sys.argv[1])
vocab = {t: i for i, t in enumerate(["<unk>", "<s>", "</s>", "▁", "a", "b", "c", "▁a", "▁b"])}
raw = Tokenizer(models.BPE(vocab=vocab, merges=[("▁", "a"), ("▁", "b")], unk_token="<unk>", fuse_unk=True))
raw.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
raw.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ["<unk>", "<s>", "</s>"]])

pieces = {}
for kind in ["llama", "phi3", "mistral"]:
    folder = work / kind
    folder.mkdir()
    raw.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>",
        "unk_token": "<unk>", "add_bos_token": False}))
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer("<s>a b</s>ca", add_special_tokens=False)["input_ids"]
    pieces[kind] = tokenizer.convert_ids_to_tokens(ids)
    print(kind, type(tokenizer).__name__, pieces[kind])
assert pieces["phi3"] == pieces["mistral"], "phi3 and mistral differ now"
assert pieces["llama"] != pieces["phi3"], "llama reads the file as it stands now"
P
