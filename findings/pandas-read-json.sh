#!/usr/bin/env bash
# pandas 3.1.1: read_json makes numbers of ids and answers that are strings, depending on the other rows, and rounds most scores.
#
# A column of JSON strings becomes a number column when every string of the file looks like a number: the ids "007" and "7",
# or "1e5" and "100000", are one id then, and a join or a group by prompt mixes rows; the answers "0.10" and ".1" are one text. One
# row more that does not look like a number keeps all as they are, so a file and its subset do not join; neither do the
# pieces that `chunksize` reads. And scores lose up to the last four digits: 60 % of float64 scores written by Python are read as
# another number, while read_csv reads all exactly. Pass `dtype=False` and `precise_float=True`.
#
# Seen: ids ["1e5", "100000"] are [100000.0, 100000.0]; of 10000 scores 6018 change, with precise_float=True none.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1
cd "$work"
"$work/venv/bin/python" - <<'P'
import io
import json
import random
import pandas

def read(rows, **options):
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    return pandas.read_json(io.StringIO(lines), lines=True, **options)

print("pandas", pandas.__version__)
rows = [{"id": "1e5", "answer": "0.10"}, {"id": "100000", "answer": ".1"}]
alone, beside = read(rows), read([*rows, {"id": "a", "answer": "yes"}])
print("ids", alone["id"].tolist(), "answers", alone["answer"].tolist(), "with one more row", beside["id"].tolist()[:2])
assert alone["id"].tolist() == [1e5, 1e5] and alone["answer"].tolist() == [0.1, 0.1]
assert beside["id"].tolist()[:2] == ["1e5", "100000"] and beside["answer"].tolist()[:2] == ["0.10", ".1"]
assert read(rows, dtype=False)["id"].tolist() == ["1e5", "100000"]

random.seed(0)
scores = [random.gauss(0, 3) for _ in range(10000)]

def changed(back):
    return sum(a != b for a, b in zip(scores, back))

table = [{"score": score} for score in scores]
default, precise = changed(read(table)["score"]), changed(read(table, precise_float=True)["score"])
csv = changed(pandas.read_csv(io.StringIO("\n".join(["score", *map(repr, scores)])))["score"])
print("scores that change:", default, "precise_float:", precise, "CSV:", csv)
assert default > 5000 and precise == csv == 0, (default, precise, csv)
P
