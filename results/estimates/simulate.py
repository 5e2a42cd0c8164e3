#!/usr/bin/env python3
"""Do 95% intervals of `tare estimate` hold the truth in 95% of samples?

    python3 results/estimates/simulate.py TARE [SEEDS] > results/estimates/coverage.json

For each seed and setting a table of scored responses of two policies is drawn, of which a few have labels; `tare estimate`
is run on it as a user would; and it is counted how often the interval of each estimator holds the true mean of the
second policy, and the true difference. Settings differ in the labels' kind, in how well scores follow them, in how many
there are, and in whether responses to one prompt belong together. Needs no packages. SEEDS is 1000 by default; a run of
1,000 takes some minutes on two cores. The order of rows, and with it everything, is fixed by the seed.
"""
import concurrent.futures
import json
import math
import random
import subprocess
import sys
import tempfile

TARE = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
SHIFT = 0.4

# labels, responses of each policy, kind of label, noise of the score, responses per prompt
SETTINGS = {
    "50 labels, 1,000 scores, good": (50, 1000, "number", 0.5, 1),
    "50 labels, 1,000 scores, useless": (50, 1000, "number", 50, 1),
    "50 labels of 0 and 1": (50, 1000, "binary", 0.7, 1),
    "500 labels of 0 and 1": (500, 2000, "binary", 0.7, 1),
    "100 labels, 4 responses per prompt": (100, 1000, "number", 0.7, 4),
}


def normal_share(value):
    return (1 + math.erf(value / math.sqrt(2))) / 2


def truth(kind, shift):
    # Quality has variance 1, the label's own noise 0.25.
    return shift if kind == "number" else normal_share(shift / math.sqrt(1.25))


def rows(seed, labels, count, kind, noise, per_prompt):
    generator = random.Random(seed)
    lines = ["policy,prompt_id,score,gold"]
    for policy, shift in (("base", 0.0), ("new", SHIFT)):
        # Whole prompts have labels, as a person labels all answers to a prompt.
        known = set(generator.sample(range(count // per_prompt), labels // per_prompt))
        for prompt in range(count // per_prompt):
            level = generator.gauss(0, 1) * math.sqrt(0.5 if per_prompt > 1 else 0)
            for _ in range(per_prompt):
                spread = math.sqrt(0.5) if per_prompt > 1 else 1
                quality = shift + level + spread * generator.gauss(0, 1)
                label = quality + 0.5 * generator.gauss(0, 1)
                if kind == "binary":
                    label = int(label > 0)
                score = 3 * (quality + noise * generator.gauss(0, 1))
                cell = label if prompt in known else ""
                lines.append(f"{policy},{policy}{prompt},{score:.6f},{cell}")
    return "\n".join(lines) + "\n"


def held(arguments):
    seed, (labels, count, kind, noise, per_prompt) = arguments
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(rows(seed, labels, count, kind, noise, per_prompt))
        file.flush()
        done = subprocess.run(
            [TARE, "estimate", file.name, "--json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    mean = truth(kind, SHIFT)
    difference = mean - truth(kind, 0)
    result = {}
    for name, estimates, value in (
        ("mean", found["policies"][1], mean), ("difference", found["differences"][0], difference),
    ):
        for estimator in ("labels_alone", "ppi", "calibrated"):
            low, high = estimates[estimator]["interval"]
            result[f"{name} {estimator}"] = (low <= value <= high, high - low)
    return result


def main():
    table = {"seeds": SEEDS, "nominal": 0.95, "settings": {}}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, setting in SETTINGS.items():
            all_held = list(pool.map(held, ((seed, setting) for seed in range(1, SEEDS + 1))))
            table["settings"][name] = {
                key: {
                    "coverage": round(sum(one[key][0] for one in all_held) / SEEDS, 4),
                    "mean_width": round(sum(one[key][1] for one in all_held) / SEEDS, 5),
                }
                for key in all_held[0]
            }
    print(json.dumps(table, indent=1))


main()
