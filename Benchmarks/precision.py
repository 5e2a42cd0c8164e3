#!/usr/bin/env python3
"""What bfloat16 and int8 cost in accuracy: differences of scores and flips of pairs against float32, on real pairs.

  python3 Benchmarks/precision.py --tare .build/release/tare --model MODEL --head HEAD --output results/precision/NAME.json PAIRS.jsonl…

With --peer NAME=SCORES.jsonl the scores of another implementation (a line a response: id, role, score) are compared with
Tare's float32 too; Benchmarks/torch_precision.py makes such files. A flip is a pair whose order changes. The interval of
a share of flips is Wilson's of 95%.
"""
import argparse
import json
import math
import pathlib
import subprocess
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("pairs", nargs="+")
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head", required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--peer", action="append", default=[], help="NAME=FILE, for the first file of pairs")
arguments = parser.parse_args()


def read(lines):
    scores = {}
    for line in lines:
        row = json.loads(line)
        scores.setdefault(row["id"], {})[row["role"]] = row["score"]
    return scores


def score(path, precision):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [arguments.tare, "score", path, "--model", arguments.model, "--head", arguments.head, "--precision",
             precision, "--output", f"{folder}/scores.jsonl"], check=True, capture_output=True)
        return read(open(f"{folder}/scores.jsonl"))


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            result[place] = (start + end - 1) / 2
        start = end
    return result


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return covariance / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def wilson(count, total):
    z, p = 1.959964, count / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return [round(max(0.0, middle - half), 5), round(middle + half, 5)]


def compared(exact, found):
    names = [name for name in exact if name in found]
    margins = [(exact[n]["chosen"] - exact[n]["rejected"], found[n]["chosen"] - found[n]["rejected"]) for n in names]
    a = [exact[n][role] for n in names for role in ("chosen", "rejected")]
    b = [found[n][role] for n in names for role in ("chosen", "rejected")]
    flips = sum((x > 0) != (y > 0) for x, y in margins)
    return {
        "pairs": len(names), "flips": flips, "flipShare": round(flips / len(names), 5),
        "flipInterval95": wilson(flips, len(names)),
        "rootMeanSquareScore": round(math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)) / len(a)), 5),
        "rootMeanSquareMargin": round(math.sqrt(sum((x - y) ** 2 for x, y in margins) / len(margins)), 5),
        "largestScore": round(max(abs(x - y) for x, y in zip(a, b)), 5),
        "spearman": round(correlation(ranks(a), ranks(b)), 6),
        "scoreDeviation": round(math.sqrt(sum((x - sum(a) / len(a)) ** 2 for x in a) / len(a)), 5),
    }


result = {"model": pathlib.Path(arguments.model).name, "sets": {}}
for index, path in enumerate(arguments.pairs):
    exact = score(path, "float32")
    found = {precision: compared(exact, score(path, precision)) for precision in ("bfloat16", "int8")}
    for peer in arguments.peer if index == 0 else []:
        name, file = peer.split("=", 1)
        found[name] = compared(exact, read(open(file)))
    result["sets"][pathlib.Path(path).name] = found
pathlib.Path(arguments.output).write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")
print(json.dumps(result, indent=2, sort_keys=True))
