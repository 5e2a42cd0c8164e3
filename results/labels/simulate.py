#!/usr/bin/env python3
"""How often is a verdict of `tare label` wrong, and how many labels does it take?

    python3 results/labels/simulate.py TARE [SEEDS] > results/labels/simulation.json

For each seed and rate a table of 150 prompts is written, in which raw and calibrated scores choose differently in 120. A
person who prefers the calibrated choice with that rate answers on standard input, and calls one pair in ten a tie. Where
the pairs stand left and right is taken from the page that the command writes for the same person. Needs no packages.
"""
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile

TARE = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 500
RATES = [0.5, 0.6, 0.7, 0.8, 0.9]
PROMPTS, DISPUTED = 150, 120


def rows():
    for prompt in range(PROMPTS):
        for kind, raw in (("raw", 2), ("calibrated", 1)):
            # Where both agree the calibrated score keeps the order.
            calibrated = raw if prompt >= DISPUTED else 3 - raw
            yield json.dumps({
                "prompt_id": f"p{prompt}", "prompt": f"question {prompt}", "response": f"{kind} answer {prompt}",
                "score": raw, "calibrated": calibrated})


def run(arguments):
    seed, rate = arguments
    generator = random.Random(seed * 1000 + round(100 * rate))
    with tempfile.TemporaryDirectory() as folder:
        table, store = os.path.join(folder, "t.jsonl"), os.path.join(folder, "s.sqlite")
        with open(table, "w") as file:
            file.write("\n".join(rows()) + "\n")
        command = [TARE, "label", table, "--store", store, "--labeller", "sim", "--seed", str(seed)]
        page = subprocess.run(command + ["--page", "-"], capture_output=True, text=True, check=True).stdout
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1)
        answers = []
        for pair in json.loads(data)["pairs"]:
            if generator.random() < 0.1:
                answers.append("t")
                continue
            wanted = "calibrated" if generator.random() < rate else "raw"
            answers.append("1" if pair["left"].startswith(wanted) else "2")
        done = subprocess.run(
            command + ["--json"], input="\n".join(answers) + "\n", capture_output=True, text=True, check=True)
        test = json.loads(done.stdout)["test"]
        low, high = test["win_rate_interval"]
        return test["verdict"], test["labels"], low <= rate <= high


def main():
    result = {"seeds": SEEDS, "pairs": DISPUTED, "ties": 0.1, "alpha": 0.05, "rates": []}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for rate in RATES:
            found = list(pool.map(run, ((seed, rate) for seed in range(1, SEEDS + 1))))
            verdicts = {
                name: sum(one[0] == name for one in found) / SEEDS
                for name in ("helps", "harms", "not_worth_more", "undecided")}
            result["rates"].append({
                "win_rate": rate, **verdicts, "mean_labels": sum(one[1] for one in found) / SEEDS,
                "interval_holds_rate_when_stopped": sum(one[2] for one in found) / SEEDS})
    print(json.dumps(result, indent=1))


main()
