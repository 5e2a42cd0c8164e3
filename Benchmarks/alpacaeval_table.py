#!/usr/bin/env python3
"""A table of AlpacaEval's judgements from a clone of tatsu-lab/alpaca_eval: one row per model and instruction.

    python3 Benchmarks/alpacaeval_table.py CLONE >judgements.csv

CLONE is a repository, bare or not. Columns: model, instruction_id, len_baseline, len_model, preference (1 to 2). Rows
without a judgement are left out, as AlpacaEval does. Models whose annotations the clone does not hold (as in a clone
without its large files) are left out and named on standard error. Python's standard library and git only.
"""
import csv
import json
import subprocess
import sys

FILE = "weighted_alpaca_eval_gpt4_turbo/annotations.json"


def git(clone, *arguments):
    return subprocess.run(["git", "-C", clone, *arguments], capture_output=True)


def main():
    clone = sys.argv[1]
    listing = git(clone, "ls-tree", "-r", "--name-only", "HEAD", "results")
    if listing.returncode:
        sys.exit(listing.stderr.decode().strip())
    names = listing.stdout.decode().splitlines()
    paths = [n for n in names if n.endswith(FILE) and n.count("/") == 3]
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["model", "instruction_id", "len_baseline", "len_model", "preference"])
    ids, absent = {}, []
    for path in sorted(paths):
        found = git(clone, "show", f"HEAD:{path}")
        if found.returncode:
            absent.append(path.split("/")[1])
            continue
        for row in json.loads(found.stdout):
            number = ids.setdefault(row["instruction"], len(ids))
            preference = row["preference"]
            if preference is None:
                continue
            # 0: the judge preferred neither.
            preference = 1.5 if preference == 0 else preference
            table.writerow([path.split("/")[1], number, len(row["output_1"]), len(row["output_2"]), preference])
    if absent:
        print(f"{len(absent)} models without annotations here: {', '.join(absent)}", file=sys.stderr)


if __name__ == "__main__":
    main()
