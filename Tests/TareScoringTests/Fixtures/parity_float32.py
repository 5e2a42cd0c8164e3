"""Scores of the shared parity checkpoints as transformers gives them when it loads the folder in float32.

The checkpoints' own cases.jsonl was made from models that had been cast to bfloat16 as a whole and back, so that their
rotary frequencies are rounded; from_pretrained computes these in float32. Families that are not in transformers, and
heads that are not AutoModelForSequenceClassification's, are left out.

    python parity_float32.py FOLDER_OF_CHECKPOINTS parity_float32.json      (transformers 5.23.0, torch 2.15.0)
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForSequenceClassification

torch.set_num_threads(1)
source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
scores = {}
for name in ["gemma", "gemma2", "llama3", "mistral", "phi3", "qwen2", "qwen3", "qwen3_moe"]:
    model = AutoModelForSequenceClassification.from_pretrained(source / name, dtype=torch.float32).eval()
    cases = [json.loads(line) for line in (source / name / "cases.jsonl").read_text().splitlines()]
    with torch.no_grad():
        scores[name] = [float(model(torch.tensor([case["ids"]])).logits[0, 0]) for case in cases if "ids" in case]
target.write_text(json.dumps(scores, indent=1) + "\n")
