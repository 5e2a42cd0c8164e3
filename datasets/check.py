#!/usr/bin/env python3
"""Checks balanced-pairs.jsonl: fields, ids, and the balance on length that the set promises.

  python3 datasets/check.py [FILE]

Prints a table and exits 0, or prints every fault and exits 1. Needs nothing but Python 3.
"""
import collections
import json
import pathlib
import sys

FIELDS = ["id", "section", "subset", "prompt", "chosen", "rejected", "why", "length_relation"]
SECTIONS = ["Chat", "Chat Hard", "Safety", "Reasoning"]
RELATIONS = ["longer", "shorter", "alike"]


def relation(chosen, rejected):
    """How long the chosen answer is beside the rejected one, in code points; within 10% is alike."""
    difference = (len(chosen) - len(rejected)) / max(len(chosen), len(rejected))
    return "longer" if difference > 0.10 else "shorter" if difference < -0.10 else "alike"


def main(path):
    faults, rows, seen = [], [], {"id": {}, "prompt": {}}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        def fault(text):
            faults.append(f"{path.name}, line {number}: {text}")
        try:
            row = json.loads(line)
        except ValueError as error:
            fault(f"not JSON: {error}")
            continue
        if list(row) != FIELDS:
            fault(f"fields {list(row)}, wanted {FIELDS}")
            continue
        if not all(isinstance(row[f], str) and row[f].strip() for f in FIELDS):
            fault("a field is empty or not a string")
            continue
        if row["section"] not in SECTIONS:
            fault(f"section {row['section']!r}")
        if row["chosen"] == row["rejected"]:
            fault("chosen and rejected are the same")
        wanted = relation(row["chosen"], row["rejected"])
        if row["length_relation"] != wanted:
            fault(f"length_relation {row['length_relation']!r}, but the chosen answer is {wanted}")
        for field, places in seen.items():
            if row[field] in places:
                fault(f"the same {field} as line {places[row[field]]}")
            places[row[field]] = number
        rows.append(row)

    if len(rows) < 200:
        faults.append(f"{len(rows)} pairs, wanted at least 200")
    counts = collections.Counter((r["section"], r["length_relation"]) for r in rows)
    print(f"{'section':12s}" + "".join(f"{r:>9s}" for r in RELATIONS) + f"{'subsets':>9s}")
    for section in SECTIONS:
        per = [counts[section, r] for r in RELATIONS]
        subsets = {r["subset"] for r in rows if r["section"] == section}
        print(f"{section:12s}" + "".join(f"{n:9d}" for n in per) + f"{len(subsets):9d}")
        if len(set(per)) != 1:
            faults.append(f"section {section}: {dict(zip(RELATIONS, per))}, wanted a third each")
    longer_wins = sum(len(r["chosen"]) > len(r["rejected"]) for r in rows) / max(len(rows), 1)
    print(f"{len(rows)} pairs; 'the longer answer is better' is right in {longer_wins:.1%} of them")
    for text in faults:
        print(text)
    return 1 if faults else 0


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "balanced-pairs.jsonl"))
