#!/usr/bin/env python3
"""Scores of torch in float32 and in bfloat16, for the noise that other implementations have between the two.

  python3 -m venv venv && venv/bin/pip install torch transformers gguf safetensors
  tare tokenize PAIRS --model MODEL.gguf > tokens.jsonl
  venv/bin/python Benchmarks/torch_precision.py MODEL.gguf HEAD.safetensors tokens.jsonl float32|bfloat16 > scores.jsonl

The head is applied in float32 to the state of the last token. One text at a time, so nothing is padded.
"""
import json
import pathlib
import sys

import safetensors.torch
import torch
import transformers

model_path, head_path, tokens_path, precision = sys.argv[1:]
path = pathlib.Path(model_path)
model = transformers.AutoModel.from_pretrained(str(path.parent), gguf_file=path.name, dtype=torch.float32)
model = model.eval().to(getattr(torch, precision))
head = safetensors.torch.load_file(head_path)
weight = next(t for t in head.values() if t.dim() == 2 and t.shape[0] == 1).float()[0]
bias = next((float(t) for name, t in head.items() if name.endswith("bias") and t.numel() == 1), 0.0)
known = {}
with torch.inference_mode():
    for line in open(tokens_path):
        row = json.loads(line)
        ids = tuple(row["ids"])
        if ids not in known:
            states = model(input_ids=torch.tensor([ids])).last_hidden_state
            known[ids] = float(states[0, row["read_at"]].float() @ weight) + bias
        print(json.dumps({"id": row["id"], "role": row["role"], "score": known[ids]}))
