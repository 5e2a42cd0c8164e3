#!/usr/bin/env bash
# datasets 5.2.0: one message with a list as its content turns the other messages' contents "42" and "null" into 42 and None.
#
# `load_dataset("json")` gives a column whose rows are partly strings and partly lists (text beside image parts, or a
# tool's arguments) the type Json. It keeps the strings as they are and decodes each of them when a row is read, so every
# text that happens to be JSON becomes a number, a truth value, a list or nothing, and "0.10" becomes 0.1. Without the one
# row with a list nothing changes. The answers to arithmetic and coding prompts are such texts: a chat template prints
# another response, or fails. `from_list(..., on_mixed_types="use_json")` does the same. Give every row the same form of
# content, or read the lines with the json module.
#
# Seen: 8 of 10 texts change when the eleventh row has a list, none without it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.0
cd "$work"
"$work/venv/bin/python" - <<'P'
import json
import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
texts = ["42", "007", "0.10", "1e5", "null", "true", "[1, 2]", '"quoted"', "hello", ""]
rows = [{"messages": [{"role": "assistant", "content": text}]} for text in texts]
parts = {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]}

def load(name, rows):
    with open(f"{name}.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    data = datasets.load_dataset("json", data_files=f"{name}.jsonl", split="train", cache_dir=f"cache-{name}")
    return [row["messages"][0]["content"] for row in data][:len(texts)]

alone = load("alone", rows)
beside = load("beside", [*rows, parts])
listed = datasets.Dataset.from_list([*rows, parts], on_mixed_types="use_json")
listed = [row["messages"][0]["content"] for row in listed][:len(texts)]
for text, loaded in zip(texts, beside):
    print(repr(text), "->", repr(loaded))
assert alone == texts, alone
assert beside == [42, 7, 0.1, 100000.0, None, True, [1, 2], "quoted", "hello", ""], beside
assert listed == beside, listed
P
