#!/usr/bin/env python3
"""Time of real work beside torch as people run it: preference pairs, and best-of-16 with long prompts.

  python3 -m venv venv && venv/bin/pip install torch transformers
  venv/bin/python Benchmarks/pairs_throughput.py PAIRS.jsonl MODEL.gguf HEAD.safetensors SHAPE [--pairs N] [--prompts N]

SHAPE is smollm2-135m or qwen3-0.6b; MODEL has that shape (Benchmarks/random_model.py makes one). torch runs the same
tokens in bfloat16 in padded batches of 8, in the order of the input, with random weights of the shape: its best of two
runs, loading not counted. Tare scores the texts, reading, tokenising, loading the weights and storing counted. Both in
turn, on the same cores. Prints JSON.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import torch

import shapes

parser = argparse.ArgumentParser()
parser.add_argument("pairs")
parser.add_argument("model")
parser.add_argument("head")
parser.add_argument("shape", choices=shapes.NAMES)
parser.add_argument("--pairs", type=int, default=100, dest="count")
parser.add_argument("--prompts", type=int, default=8)
parser.add_argument("--tare", default=".build/release/tare")
arguments = parser.parse_args()

body = shapes.torch_model(arguments.shape).to(torch.bfloat16)
rows = [json.loads(line) for line in open(arguments.pairs)]


def best_of_16():
    """Prompts of some 600 words, made of other texts, with 16 answers of some 80 words each."""
    texts = [row[role] for row in rows for role in ("chosen", "rejected")]
    made = []
    for index in range(arguments.prompts):
        words = " ".join(texts[(index * 40 + i) % len(texts)] for i in range(8)).split()
        answers = [" ".join(texts[(index * 40 + 8 + i) % len(texts)].split()[:80]) for i in range(16)]
        made.append({"id": str(index), "prompt": " ".join(words[:600]), "responses": answers})
    return made


def run_tare(path, precision):
    command = [arguments.tare, "score", path, "--model", arguments.model, "--precision", precision]
    if arguments.head != "none":
        command += ["--head", arguments.head]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run(command + ["--output", f"{folder}/scores.jsonl"], check=True, capture_output=True)
        return time.perf_counter() - start


def run_torch(texts):
    seconds = float("inf")
    with torch.inference_mode():
        for _ in range(2):
            start = time.perf_counter()
            for first in range(0, len(texts), 8):
                batch = texts[first:first + 8]
                longest = max(map(len, batch))
                ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids in batch])
                mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids in batch])
                body(input_ids=ids, attention_mask=mask)
            seconds = min(seconds, time.perf_counter() - start)
    return seconds


result = {"shape": arguments.shape, "torch": torch.__version__, "threads": torch.get_num_threads()}
for name, work in [("pairs", rows[:arguments.count]), ("best_of_16", best_of_16())]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(row) + "\n" for row in work)
        file.flush()
        tokens = subprocess.run(
            [arguments.tare, "tokenize", file.name, "--model", arguments.model], check=True, capture_output=True,
            text=True).stdout
        texts = [json.loads(line)["ids"] for line in tokens.splitlines()]
        peer = run_torch(texts)
        found = {"texts": len(texts), "tokens": sum(map(len, texts)), "torch_bfloat16_seconds": round(peer, 2)}
        for precision in ("float32", "bfloat16", "int8"):
            seconds = run_tare(file.name, precision)
            found[f"tare_{precision}_seconds"] = round(seconds, 2)
            found[f"ratio_{precision}"] = round(peer / seconds, 2)
        result[name] = found
print(json.dumps(result, indent=2))
