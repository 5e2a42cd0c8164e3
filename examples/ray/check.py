#!/usr/bin/env python3
"""Checks that two Ray workers give the bits that one `tare score` gives.

  venv/bin/python examples/ray/check.py pairs.jsonl --tare .build/release/tare --model MODEL --head HEAD
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("pairs")
parser.add_argument("--tare", default="tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head", required=True)
options = parser.parse_args()
model = ["--model", options.model, "--head", options.head]
alone = subprocess.run([options.tare, "score", options.pairs, *model], check=True, capture_output=True, text=True).stdout
wanted = {(row["id"], row["role"]): row["score"] for row in map(json.loads, alone.splitlines())}
with tempfile.TemporaryDirectory() as folder:
    output = pathlib.Path(folder) / "scores.jsonl"
    script = pathlib.Path(__file__).with_name("score.py")
    command = [sys.executable, script, options.pairs, output, "--tare", options.tare, *model, "--workers", "2"]
    subprocess.run(command, check=True)
    rows = [json.loads(line) for line in output.read_text().splitlines()]
found = {(row["id"], role): row["score_" + role] for row in rows for role in ("chosen", "rejected")}
different = [key for key in wanted if wanted[key] != found.get(key)]
print(f"{len(wanted)} scores, {len(different)} of them with other bits than by one process")
sys.exit(bool(different) or not wanted)
