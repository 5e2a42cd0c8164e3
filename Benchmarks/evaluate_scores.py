#!/usr/bin/env python3
"""Evaluates every score file of a data folder and keeps the results: results/<benchmark>/<model>.json and evaluations.md.

    python3 Benchmarks/evaluate_scores.py --data FOLDER [--tare .build/release/tare] [--output results]

The folder has the tables that results/README.md names. Runs `tare evaluate` once a file; what it prints as JSON is divided
by model, with keys sorted, and the leaderboards stand in evaluations.md beside the commands. Needs nothing but Python 3.
"""
import argparse
import csv
import json
import pathlib
import re
import subprocess
import sys

# A file of the folder, and the options that say what it holds.
FILES = [
    ("scores/mathprm.csv", ["--length", "len_char"], "Six reward models on RewardBench's math-prm"),
    ("formats/rewardbench_v1_scores.json", [], "A file in RewardBench's own layout"),
    ("scores/judgebench.csv", ["--length", "len_char"], "Three reward models on JudgeBench"),
    ("formats/judgebench_skywork-llama-3.1-8b.jsonl", [], "A file in JudgeBench's own layout"),
    ("scores/ppo_overoptimisation.csv", ["--subset", "none", "--benchmark", "bestofn", "--length", "len_char"],
     "A proxy reward model among ten policy checkpoints; right is the one that the gold model rates highest"),
    ("scores/alpacaeval_judgements.csv", [], "39 models of AlpacaEval, judged by GPT-4"),
]
CURVE = ("scores/ppo_overoptimisation.csv", ["--subset", "none", "--curve"],
         "The best of n of those checkpoints by the proxy, and what the gold model makes of it")


def run(tare, *arguments):
    result = subprocess.run([tare, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"tare {' '.join(map(str, arguments))}: {result.stderr}")
    return result.stdout


def command(verb, path, options):
    return " ".join(["tare", verb, f"DATA/{path}", *options])


def keep(value, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def file_name(text):
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)


def published(data, parts):
    """How near AlpacaEval's numbers come to the published ones."""
    with (data / "scores/alpacaeval_published.csv").open(encoding="utf-8") as lines:
        rows = {row["model"]: row for row in csv.DictReader(lines)}
    plain = [abs(100 * part["overall"]["accuracy"] - float(rows[part["name"]]["win_rate"])) for part in parts]
    near = {part["name"]: 100 * part["length-controlled"]["accuracy"]
            - float(rows[part["name"]]["length_controlled_winrate"]) for part in parts}
    inside = sum(
        part["length-controlled"]["interval"][0] <= float(rows[part["name"]]["length_controlled_winrate"]) / 100
        <= part["length-controlled"]["interval"][1] for part in parts)
    worst = max(near, key=lambda name: abs(near[name]))
    mean = sum(map(abs, near.values())) / len(near)
    return (f"Against the published values of {len(parts)} models: the win rate differs by at most {max(plain):.1e} "
            f"points, the length-controlled one, an approximation, by {mean:.2f} on average and "
            f"{abs(near[worst]):.2f} at most ({worst}); {inside} of the published values lie in its 95% interval.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("results"))
    given = parser.parse_args()
    page = ["# Evaluations", "",
            "Made by `make evaluations DATA=FOLDER`; `DATA` below is that folder. Every number with its interval is in "
            "`<benchmark>/<model>.json`."]
    for path, options, title in FILES:
        outcome = json.loads(run(given.tare, "evaluate", given.data / path, *options, "--json"))
        parts = outcome.get("parts", [outcome])
        for part in parts:
            name = part.get("name") or pathlib.Path(path).stem
            keep(part, given.output / part["benchmark"] / f"{file_name(name)}.json")
        text = run(given.tare, "evaluate", given.data / path, *options)
        page += ["", f"## {title}", "", f"    {command('evaluate', path, options)}", "", "```", text.strip(), "```"]
        if parts[0]["benchmark"] == "alpacaeval":
            page += ["", published(given.data, parts)]
    path, options, title = CURVE
    keep(json.loads(run(given.tare, "rank", given.data / path, *options, "--json")),
         given.output / "bestofn" / f"{pathlib.Path(path).stem}-curve.json")
    page += ["", f"## {title}", "", f"    {command('rank', path, options)}", "", "```",
             run(given.tare, "rank", given.data / path, *options).strip(), "```", ""]
    (given.output / "evaluations.md").write_text("\n".join(page), encoding="utf-8")


main()
