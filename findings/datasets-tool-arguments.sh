#!/usr/bin/env bash
# datasets 4.4.1: a tool call gets the arguments of all other tools, as null, when a JSON Lines file is loaded.
#
# `load_dataset("json")` gives a column one Arrow type, so the `arguments` objects of all rows become one struct. A chat
# template that prints a call's arguments (`arguments | tojson`) then prints members that the file does not have, and
# a trainer's texts differ from those of a program that reads the file itself. Arguments that are JSON in a string do
# not change. Whoever compares scores must compare texts made from the same reading.
#
# Seen: {"city": "Oslo"} beside another row's {"a": 2, "b": 2} is loaded as {"city": "Oslo", "a": null, "b": null}.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==4.4.1
cat >"$work/calls.jsonl" <<'J'
{"messages":[{"role":"user","content":"Weather in Oslo?"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]}]}
{"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"add","arguments":{"a":2,"b":2}}}]}]}
J
"$work/venv/bin/python" - "$work" <<'P'
import json, sys
from datasets import load_dataset

work = sys.argv[1]
rows = load_dataset("json", data_files=f"{work}/calls.jsonl", split="train", cache_dir=f"{work}/cache")
read = [json.loads(line) for line in open(f"{work}/calls.jsonl")]

def arguments(row):
    return row["messages"][1]["tool_calls"][0]["function"]["arguments"]

for row, line in zip(rows, read):
    print("file", json.dumps(arguments(line)), "loaded", json.dumps(arguments(row)))
assert arguments(rows[0]) == {"city": "Oslo", "a": None, "b": None}, "no longer another tool's arguments"
assert arguments(rows[1]) == {"city": None, "a": 2, "b": 2}, "no longer another tool's arguments"
P
