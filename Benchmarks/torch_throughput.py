#!/usr/bin/env python3
"""Tokens a second that torch reaches in float32 on SmolLM2-135M's shape, for the ratio to `tare bench`.

  python3 -m venv venv && venv/bin/pip install torch transformers
  venv/bin/python Benchmarks/torch_throughput.py [--threads N]

Four sequences of 512 tokens, no padding, random weights of the real shape, best of five passes after one that does not
count: the same work as `tare bench --model`. Only the ratio of two figures of one sitting means anything. Prints JSON.
"""
import argparse
import json
import time

import torch
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)

config = transformers.LlamaConfig(
    hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
    vocab_size=49152, tie_word_embeddings=True)
model = transformers.LlamaModel(config).eval()
ids = torch.randint(3, 49152, (4, 512))
fastest = float("inf")
with torch.inference_mode():
    for _ in range(6):
        start = time.perf_counter()
        model(input_ids=ids)
        fastest = min(fastest, time.perf_counter() - start)
body = sum(p.numel() for name, p in model.named_parameters() if "embed" not in name)
rate = ids.numel() / fastest
print(json.dumps({
    "torch": torch.__version__, "transformers": transformers.__version__, "threads": arguments.threads,
    "tokens_per_second": round(rate, 1), "effective_gflops": round(rate * 2 * body / 1e9, 1)}))
