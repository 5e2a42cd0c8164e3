#!/usr/bin/env bash
# datasets 5.2.0: with_format("numpy") gives a score as float64 from a row, and as float32 from a column, a batch or a filter.
#
# The same cell has two values: `data[0]["score"]` keeps every digit, `data[:]["score"]`, `data["score"][:]` and
# `data.iter(n)` round to float32. `filter` with a function of one row sees the rounded value although it gets one row,
# and `map` the exact one. Integers with a null become float32 in a batch too, so ids above 16777216 fall together. A
# threshold or a comparison with another file gives other rows, and near scores become ties. Pass `dtype="float64"`
# (which rounds ids above 2^53), or use the formats "arrow", "pandas" or "polars", or none.
#
# Seen: score 2.0000000000001 > 2 is true in a row and in map, and filter keeps 0 of 3 rows; ids 16777217 and 16777216 are
# equal in a batch.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'P'
import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
plain = datasets.Dataset.from_dict({"score": [2.0000000000001, 2.0, 0.1], "id": [16777217, 16777216, None]})
data = plain.with_format("numpy")

def better(row):
    return row["score"] > 2

row, batch = data[0], data[:]
print("row", row["score"].dtype, repr(row["score"]), "batch", batch["score"].dtype, repr(batch["score"][0]))
assert row["score"] == 2.0000000000001 and batch["score"][0] == batch["score"][1] == 2
mapped = data.map(lambda row: {"better": bool(better(row))})["better"][:].tolist()
kept, expected = len(data.filter(better)), len(plain.filter(better))
print("map", mapped, "filter keeps", kept, "and without the format", expected)
assert mapped == [True, False, False] and kept == 0 and expected == 1
print("ids", data[0]["id"], data[1]["id"], "in a batch", batch["id"][:2], batch["id"].dtype)
assert data[0]["id"] == 16777217 and batch["id"][0] == batch["id"][1]
exact = data.with_format("numpy", dtype="float64")
assert exact[:]["score"][0] == 2.0000000000001
P
