#!/usr/bin/env python3
"""MIGU's own tasks, one after the other: what a softmax head keeps of each by update rule, in three orders.

  python3 Benchmarks/tasks.py TASKS --tare .build/release/tare --model MODEL --store S --output results/sequences/NAME.json

TASKS has one JSON object per text: task, split (train or test), text and label. A task's labels are the classes of its
training texts; test texts of other labels are left out, and counted. The orders are orders 4 to 6 of the paper's
fifteen tasks (those of O-LoRA, arXiv 2310.14152), as far as the tasks are there. Features are kept in the store.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

from sequence_outcomes import rounded, show

ORDERS = [
    ["mnli", "qqp", "boolq", "rte", "amazon", "sst2", "agnews"],
    ["boolq", "mnli", "qqp", "rte", "sst2", "agnews", "amazon"],
    ["amazon", "mnli", "qqp", "rte", "sst2", "agnews", "boolq"],
]
RULES = ["all", "migu:0.7", "random:0.7", "replay:0.2"]

parser = argparse.ArgumentParser()
parser.add_argument("tasks")
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--store", required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--precision", default="int8")
parser.add_argument("--seeds", default="5")
parser.add_argument("--first", type=int, help="so many texts of each task and split alone, for a try")
arguments = parser.parse_args()


rows = {}
for line in open(arguments.tasks, encoding="utf-8"):
    row = json.loads(line)
    rows.setdefault(row["task"], {"train": [], "test": []})[row["split"]].append(row)
results = []
with tempfile.TemporaryDirectory() as folder:
    for task, splits in rows.items():
        classes = {row["label"] for row in splits["train"]}
        kept = [row for split in splits.values()
                for row in [row for row in split if row["label"] in classes][: arguments.first]]
        left = sum(map(len, splits.values())) - len(kept)
        if left and not arguments.first:
            print(f"{task}: {left} texts of other labels left out")
        with open(f"{folder}/{task}.jsonl", "w", encoding="utf-8") as file:
            for row in kept:
                json.dump({key: row[key] for key in ("text", "label", "split")}, file, ensure_ascii=False)
                file.write("\n")
    for order in ORDERS:
        command = [arguments.tare, "train-head", "--sequence", *(f"{folder}/{task}.jsonl" for task in order)]
        for rule in RULES:
            command += ["--update", rule]
        command += ["--model", arguments.model, "--store", arguments.store, "--precision", arguments.precision,
                    "--seeds", arguments.seeds, "--json"]
        outcome = rounded(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
        results.append(outcome)
        show(order, outcome)

# One line a run: the file stays small, and a change of one run shows as one line.
lines = ",\n".join(json.dumps(result, separators=(",", ":")) for result in results)
pathlib.Path(arguments.output).write_text(f"[\n{lines}\n]\n")
