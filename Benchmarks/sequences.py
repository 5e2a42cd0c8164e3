#!/usr/bin/env python3
"""Training on one domain after the other: what each update rule learns and forgets, in several orders.

  python3 Benchmarks/sequences.py --tare .build/release/tare --model MODEL --store S --output results/sequences/NAME.json \\
    general=dev.jsonl rewardbench.jsonl

NAME=FILE is a domain; a FILE alone is split by its column `subset`, LLMBar's and math-prm's names are shortened. Three
domains (general, LLMBar, math) in all six orders, and LLMBar's kinds apart in three orders of seven. Features are kept in the
store: the first run takes minutes, the next seconds.
"""
import argparse
import concurrent.futures
import itertools
import json
import pathlib
import subprocess
import tempfile

from sequence_outcomes import rounded, show

parser = argparse.ArgumentParser()
parser.add_argument("pairs", nargs="+")
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--store", required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--precision", default="int8")
parser.add_argument("--seeds", default="5")
parser.add_argument("--jobs", type=int, default=1, help="sequences at once, once the store has all features")
parser.add_argument("--first", type=int, help="so many rows of each domain alone, for a try")
arguments = parser.parse_args()

RULES = ["all", "migu", "random", "replay:0.2"]
KINDS = ["natural", "neighbor", "gptinst", "gptout", "manual"]

rows = {}
for argument in arguments.pairs:
    name, _, path = argument.rpartition("=")
    for line in open(path):
        subset = name or json.loads(line)["subset"].lower().replace("llmbar-", "").replace("adver-", "")
        rows.setdefault("math" if subset == "math-prm" else subset, []).append(line)
rows["llmbar"] = [line for kind in KINDS for line in rows[kind]]

three = [list(order) for order in itertools.permutations(["general", "llmbar", "math"])]
seven = [["general", *KINDS, "math"], ["math", *reversed(KINDS), "general"], [*KINDS, "math", "general"]]


def run(folder, order):
    command = [arguments.tare, "train-head", "--sequence", *(f"{folder}/{name}.jsonl" for name in order)]
    for rule in RULES:
        command += ["--update", rule]
    command += ["--model", arguments.model, "--store", arguments.store, "--precision", arguments.precision,
                "--seeds", arguments.seeds, "--json"]
    return rounded(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


results = []
with tempfile.TemporaryDirectory() as folder:
    for name, lines in rows.items():
        pathlib.Path(folder, f"{name}.jsonl").write_text("".join(lines[: arguments.first]))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        orders = three + seven
        for order, outcome in zip(orders, pool.map(lambda order: run(folder, order), orders)):
            results.append(outcome)
            show(order, outcome)

# One line a run: the file stays small, and a change of one run shows as one line.
lines = ",\n".join(json.dumps(result, separators=(",", ":")) for result in results)
pathlib.Path(arguments.output).write_text(f"[\n{lines}\n]\n")
