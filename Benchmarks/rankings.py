#!/usr/bin/env python3
"""AlpacaEval's judge, raw and calibrated on length, beside rankings of the same models by people: results/rankings.

    python3 Benchmarks/rankings.py JUDGEMENTS --ranking NAME FILE … [--tare PROGRAM] --output results/rankings/NAME.json

JUDGEMENTS has the columns model, instruction_id, len_model and preference (1 to 2). Calibrating, correlations and
intervals are `tare`'s. Two scores: the preference, and its logit (clipped at 0.001), as a margin between the two
answers. Python's standard library only.
"""
import argparse
import csv
import json
import math
import os
import subprocess
import tempfile

# name, what `tare calibrate` groups by, options
METHODS = [
    ("lowess 1/3", "instruction_id", ["--method", "lowess", "--frac", "0.3333333333"]),
    ("lowess 0.9", "instruction_id", ["--method", "lowess", "--frac", "0.9"]),
    ("lowess 1/3, it 0", "instruction_id", ["--method", "lowess", "--frac", "0.3333333333", "--it", "0"]),
    ("mean", "instruction_id", ["--method", "mean", "--ratio", "8"]),
    ("within-prompt", "instruction_id", ["--method", "within-prompt"]),
    ("within models", "model", ["--method", "within-prompt"]),
    ("auto", "instruction_id", ["--method", "auto"]),
]


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def scored(path, work):
    """The table with both scores."""
    target = os.path.join(work, "scores.csv")
    with open(path, newline="") as source, open(target, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["model", "instruction_id", "len_model", "preferred", "logit"])
        for row in csv.DictReader(source):
            p = float(row["preference"]) - 1
            clipped = min(max(p, 0.001), 0.999)
            logit = math.log(clipped / (1 - clipped))
            table.writerow([row["model"], row["instruction_id"], row["len_model"], repr(p), repr(logit)])
    return target


def rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


def signed(number):
    return f"{number:+.3f}".replace("-", "−")


def write_tables(folder):
    """tables.md: every file's coefficients; * where both intervals of the change exclude 0."""
    lines = ["# Rank correlations with rankings by people", "",
             "Written by Benchmarks/rankings.py. Spearman's rho; changes with 95% intervals over prompts and over models.", ""]
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".json")):
        with open(os.path.join(folder, name)) as file:
            found = json.load(file)
        for score in ("preferred", "logit"):
            for ranking, models in found["models"].items():
                lines += [f"## {name.removesuffix('.json')}, {score}, {ranking}: {len(models)} models", "",
                          "| method | raw | calibrated | change | over prompts | over models | Kendall's tau-b |",
                          "| --- | --- | --- | --- | --- | --- | --- |"]
                for method, entry in found[score].items():
                    rho, tau = (entry["rankings"][ranking][k] for k in ("spearman", "kendall"))
                    ends = [rho["change"][k] for k in ("interval_over_prompts", "interval_over_models")]
                    star = " *" if all(e[0] > 0 or e[1] < 0 for e in ends) else ""
                    lines.append(
                        f"| {method} | {rho['raw']['value']:.3f} | {rho['calibrated']['value']:.3f} "
                        f"| {signed(rho['change']['value'])}{star} "
                        + "".join(f"| {signed(a)} to {signed(b)} " for a, b in ends)
                        + f"| {tau['raw']['value']:.3f} to {tau['calibrated']['value']:.3f} |")
                lines.append("")
    with open(os.path.join(folder, "tables.md"), "w") as file:
        file.write("\n".join(lines).rstrip("\n") + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("judgements")
    parser.add_argument("--ranking", nargs=2, action="append", required=True, metavar=("NAME", "FILE"))
    parser.add_argument("--names", default="results/rankings/arena_names.csv")
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as work:
        table, output = scored(arguments.judgements, work), os.path.join(work, "calibrated.csv")
        for score in ("preferred", "logit"):
            found[score] = {}
            for method, group, options in METHODS:
                part = run([arguments.tare, "calibrate", table, "--score", score, "--group", group, "--label", "none",
                            "--covariate", "len_model", *options, "--json", "-o", output])["parts"][0]
                command = [arguments.tare, "evaluate", output, "--score", score, "--group", "instruction_id",
                           "--label", "none", "--by", "model", "--ranking-names", arguments.names, "--json"]
                for _, path in arguments.ranking:
                    command += ["--against-ranking", path]
                result = run(command)
                entry = {"gamma": part["gamma"], "models_in_all": result["models"], "rankings": {}}
                for (name, _), ranking in zip(arguments.ranking, result["rankings"]):
                    entry["rankings"][name] = {
                        "n": ranking["n"], "spearman": ranking["spearman"], "kendall": ranking["kendall"]}
                    found.setdefault("models", {})[name] = [m["model"] for m in ranking["models"]]
                found[score][method] = entry
                for name, values in entry["rankings"].items():
                    rho = values["spearman"]
                    print(score, method, name, values["n"], f"{rho['raw']['value']:.3f}",
                          f"{rho['calibrated']['value']:.3f}", flush=True)
    with open(arguments.output, "w") as file:
        json.dump(rounded(found), file, indent=1, sort_keys=True)
        file.write("\n")
    write_tables(os.path.dirname(arguments.output) or ".")


if __name__ == "__main__":
    main()
