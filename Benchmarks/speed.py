#!/usr/bin/env python3
"""Tokens a second of Tare beside torch and OpenVINO in one sitting, in turn, and the ratios of their medians.

  python3 -m venv venv && venv/bin/pip install torch transformers openvino nncf
  venv/bin/python Benchmarks/speed.py SHAPE MODEL.gguf --output results/speed/NAME.json [--openvino] [--rounds 3]

SHAPE is smollm2-135m or qwen3-0.6b, and MODEL has that shape (Benchmarks/random_model.py makes one). All run 4 sequences
of 512 tokens, not padded, and keep the last position's state; the peers have random weights of the shape. Each round runs
every engine once, each in a process of its own: the best of its passes counts, then the median over the rounds.
"""
import argparse
import datetime
import importlib.metadata
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("shape", choices=["smollm2-135m", "qwen3-0.6b"])
parser.add_argument("model")
parser.add_argument("--output")
parser.add_argument("--openvino", action="store_true")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()
SEQUENCES, LENGTH = 4, 512


def peer(name):
    """Tokens a second of one engine."""
    import torch

    import shapes

    model = shapes.torch_model(arguments.shape)
    ids = torch.randint(5, 40000, (SEQUENCES, LENGTH))
    mask = torch.ones_like(ids)
    if name.startswith("torch"):
        model = model.to(getattr(torch, name.split()[1]))

        def run():
            with torch.inference_mode():
                model(input_ids=ids, attention_mask=mask)
    else:
        import nncf
        import openvino

        model.config._attn_implementation = "eager"
        model.config.use_cache = False

        class Last(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, input_ids, attention_mask):
                return self.model(
                    input_ids=input_ids, attention_mask=attention_mask, use_cache=False).last_hidden_state[:, -1]

        feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
        with torch.no_grad():
            converted = openvino.convert_model(Last(), example_input={"input_ids": ids, "attention_mask": mask})
        kind = name.split()[1]
        if kind == "int8":
            converted = nncf.quantize(
                converted, nncf.Dataset([feed]), model_type=nncf.ModelType.TRANSFORMER, subset_size=1)
        hint = {"float32": "f32", "bfloat16": "bf16", "int8": "f32"}[kind]
        request = openvino.Core().compile_model(
            converted, "CPU", {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"}).create_infer_request()

        def run():
            request.infer(feed)
    fastest = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        run()
        fastest = min(fastest, time.perf_counter() - start)
    print(json.dumps(SEQUENCES * LENGTH / fastest), file=sys.stderr)


if arguments.peer:
    peer(arguments.peer)
    sys.exit()

peers = ["torch float32", "torch bfloat16"]
if arguments.openvino:
    peers += ["openvino float32", "openvino bfloat16", "openvino int8"]
rounds = []
for _ in range(arguments.rounds):
    bench = json.loads(subprocess.run(
        [arguments.tare, "bench", "--model", arguments.model, "--json"], check=True, capture_output=True).stdout)
    row = {"tare": bench["precisions"], "products": bench["product_gflops"], "kernels": bench["kernels"]}
    for name in peers:
        lines = subprocess.run(
            [sys.executable, __file__, arguments.shape, arguments.model, "--peer", name], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr.splitlines()
        row[name] = json.loads(lines[-1])
    rounds.append(row)


def median(value):
    return statistics.median(value(row) for row in rounds)


precisions = ["float32", "bfloat16", "int8"]
result = {
    "command": "Benchmarks/speed.py " + " ".join(
        pathlib.Path(a).name if a.endswith((".gguf", ".json")) else a for a in sys.argv[1:]),
    "date": datetime.date.today().isoformat(),
    "machine": next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine()),
    "versions": {name: importlib.metadata.version(name) for name in ["torch", "transformers"] + (
        ["openvino", "nncf"] if arguments.openvino else [])},
    "work": f"{arguments.shape}, {SEQUENCES} sequences of {LENGTH} tokens",
    "tokens_per_second": {
        **{f"tare {p}": round(median(lambda r: r["tare"][p]["tokens_per_second"]), 1) for p in precisions},
        **{name: round(median(lambda r: r[name]), 1) for name in peers}},
    "share_of_limit": {p: round(median(lambda r: r["tare"][p]["share_of_limit"]), 3) for p in precisions},
    "shareOfLibrariesLimit": {
        p: round(median(lambda r: r["tare"][p]["effective_gflops"] / max(
            v for k, v in r["products"][p].items() if k != "tare")), 3) for p in precisions},
    "ratios": {
        f"tare {p} / {name}": round(median(lambda r: r["tare"][p]["tokens_per_second"] / r[name]), 2)
        for p in precisions for name in peers
        if name.split()[1] == p or (p == "int8" and name == "torch bfloat16")},
    "rounds": rounds,
}
text = json.dumps(result, indent=2, sort_keys=True) + "\n"
if arguments.output:
    pathlib.Path(arguments.output).write_text(text)
print(text)
