#!/usr/bin/env python3
"""What the prefix cache of `tare serve` saves, on loads as trainers send them; needs Python alone.

  python3 Benchmarks/prefix_cache.py --model MODEL.gguf --head HEAD.safetensors --pairs dev.jsonl [--output results/speed/NAME.json]

The file has rows with `prompt`, `chosen` and `rejected`. Loads, one text a request, 16 at a time:

  pairs   60 pairs, both responses of each
  best    4 prompts × 16 responses (of other prompts)
  grpo    8 prompts × 8 responses, twice: the second step has the same prompts and other responses

Each runs against a server that keeps nothing and one with --cache-memory, in turn, --rounds times, each with a server of its
own. All rewards must be the same bits.
"""
import argparse
import concurrent.futures
import http.client
import itertools
import json
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head", help="of a model that has none of its own")
parser.add_argument("--pairs", required=True)
parser.add_argument("--precision", default="bfloat16")
parser.add_argument("--threads", default="2")
parser.add_argument("--rounds", type=int, default=2)
parser.add_argument("--cache-memory", default="2GB")
parser.add_argument("--output")
arguments = parser.parse_args()

rows = [json.loads(line) for line in itertools.islice(open(arguments.pairs, encoding="utf-8"), 200)]


def text(value):
    return value if isinstance(value, str) else value[-1]["content"]


def render(prompt, response):
    return (f"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{text(prompt)}<|im_end|>\n"
            f"<|im_start|>assistant\n{text(response)}<|im_end|>\n")


responses = [r[member] for r in rows for member in ("chosen", "rejected")]
prompts = sorted(rows, key=lambda r: -len(text(r["prompt"])))
LOADS = {
    "pairs": [[render(r["prompt"], r[member]) for r in rows[:60] for member in ("chosen", "rejected")]],
    "best": [[render(r["prompt"], responses[16 * i + k]) for i, r in enumerate(prompts[:4]) for k in range(16)]],
    "grpo": [[render(r["prompt"], responses[8 * i + k + 64 * step]) for i, r in enumerate(prompts[:8]) for k in range(8)]
             for step in range(2)]}
local = threading.local()


def ask(port, body):
    if getattr(local, "port", None) != port:
        local.port, local.connection = port, http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    local.connection.request("POST", "/classify", json.dumps({"input": body, "use_activation": False}))
    answer = local.connection.getresponse()
    data = json.loads(answer.read())
    assert answer.status == 200, data
    return data["data"][0]["probs"][0]


def serve(memory):
    said = tempfile.NamedTemporaryFile("r")
    server = subprocess.Popen(
        [arguments.tare, "serve", "--model", arguments.model, *(["--head", arguments.head] if arguments.head else []), "--port", "0", "--precision",
         arguments.precision, "--threads", arguments.threads, "--cache-memory", memory], stderr=open(said.name, "w"))
    while not (address := re.search(r"http://[\d.]+:(\d+)", pathlib.Path(said.name).read_text())):
        assert server.poll() is None, pathlib.Path(said.name).read_text()
        time.sleep(0.02)
    return server, int(address[1])


def metrics(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode()
    return {name: int(float(value)) for name, value in re.findall(r"^(tare_[a-z_]+) ([\d.]+)$", lines, re.M)}


def run(load, memory):
    server, port = serve(memory)
    try:
        seconds, rewards = [], []
        for step in LOADS[load]:
            start = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                rewards.append(list(pool.map(lambda body: ask(port, body), step)))
            seconds.append(time.monotonic() - start)
        return seconds, rewards, metrics(port)
    finally:
        server.terminate()
        server.wait()


result = {}
for load in LOADS:
    times, first = {"0": [], arguments.cache_memory: []}, None
    for _ in range(arguments.rounds):
        for memory in times:
            seconds, rewards, numbers = run(load, memory)
            first = first or rewards
            assert rewards == first, f"{load}: other bits with --cache-memory {memory}"
            times[memory].append((seconds, numbers["tare_tokens_total"], numbers["tare_tokens_computed_total"]))
    result[load] = {
        "texts": sum(map(len, LOADS[load])),
        **{f"cache {memory}": {
            "seconds": [round(statistics.median(t[0][step] for t in runs), 2) for step in range(len(LOADS[load]))],
            "tokens": runs[0][1], "computed": runs[0][2]} for memory, runs in times.items()}}
    print(load, json.dumps(result[load]), flush=True)
if arguments.output:
    pathlib.Path(arguments.output).write_text(json.dumps(result, indent=2) + "\n")
