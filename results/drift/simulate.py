#!/usr/bin/env python3
"""Do the bounds of `tare drift` hold at every look?

    python3 results/drift/simulate.py TARE [SEEDS] > results/drift/simulation.json

For each seed scores of 400 prompts with two responses are drawn before and after: 4% of the prompts change order and the
mean rises by 0.1 standard deviations. The command looks at the first 25, 50, 100, 200 and 400 prompts, and it is counted
in how many histories a bound fails at any look; beside it how often a 95% interval for one look (Wilson, and the normal
interval of the mean) does. Needs no packages.
"""
import concurrent.futures
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile

TARE = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 400
LOOKS = [25, 50, 100, 200, 400]
CHANGED, SHIFT = 0.04, 0.1


def wilson(events, trials):
    share, z = events / trials, 1.96
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return middle - half <= CHANGED <= middle + half


def run(seed):
    generator = random.Random(seed)
    before, after, shifts = [], [], []
    for prompt in range(LOOKS[-1]):
        # Two responses sqrt(2) apart: a standard deviation of 1 within the prompt.
        low, high = -math.sqrt(0.5), math.sqrt(0.5)
        new = (high, low) if generator.random() < CHANGED else (low, high)
        shift = SHIFT + generator.gauss(0, 1)
        shifts.append(shift)
        for place, (old, changed) in enumerate(zip((low, high), new)):
            before.append(f"p{prompt},{place},{old}")
            after.append(f"p{prompt},{place},{changed + shift}")
    failures = {"order": False, "shift": False, "order_one_look": False, "shift_one_look": False}
    with tempfile.TemporaryDirectory() as folder:
        for look in LOOKS:
            paths = []
            for name, lines in (("before", before), ("after", after)):
                paths.append(os.path.join(folder, name + ".csv"))
                with open(paths[-1], "w") as file:
                    file.write("prompt_id,index,score\n" + "\n".join(lines[: 2 * look]) + "\n")
            done = subprocess.run([TARE, "drift", *paths, "--json"], capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)["comparisons"][0]
            for name, truth in (("order", CHANGED), ("shift", SHIFT)):
                low, high = found[name]["interval"]
                failures[name] |= not low <= truth <= high
            failures["order_one_look"] |= not wilson(found["order"]["changed"], look)
            error = statistics.stdev(shifts[:look]) / math.sqrt(look)
            failures["shift_one_look"] |= abs(statistics.mean(shifts[:look]) - SHIFT) > 1.96 * error
    return failures


def main():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(run, range(1, SEEDS + 1)))
    print(json.dumps({
        "seeds": SEEDS, "looks": LOOKS, "alpha": 0.05,
        "histories_in_which_a_bound_fails": {
            name: sum(one[name] for one in found) / SEEDS for name in found[0]},
    }, indent=1))


main()
