#!/usr/bin/env bash
# polars 2.1.0: a DataFrame made of rows (dicts) cuts scores to integers when the first 100 rows hold whole numbers.
#
# The type of a column comes from the first 100 rows (`infer_schema_length`). A later 0.75 becomes 0 and -0.5 becomes 0;
# after 100 truth values they become False. A member that first occurs later is left out. None of this is reported, though
# `strict`, which promises an error for such values, is true by default; `read_ndjson` and `read_csv` do refuse the same
# decimals. A list of rewards that begins with rule rewards (0 and 1) loses the model scores after them. Pass
# `infer_schema_length=None`, or a schema.
#
# Seen: [0.75, -0.5, 2.9] after 100 ones are [0, 0, 2], after 100 True they are all False; column "margin" is missing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
cd "$work"
"$work/venv/bin/python" - <<'P'
import json
import polars

print("polars", polars.__version__)
late = [0.75, -0.5, 2.9]

def scores(first, **options):
    rows = [{"score": first}] * 100 + [{"score": score, "margin": 1.5} for score in late]
    frame = polars.DataFrame(rows, **options)
    return frame["score"].to_list()[100:], frame.columns

for first in (1, True):
    print(f"after 100 times {first}:", *scores(first))
print("with infer_schema_length=None:", *scores(1, infer_schema_length=None))
assert scores(1) == ([0, 0, 2], ["score"]), scores(1)
assert scores(True) == ([False, False, False], ["score"]), scores(True)
assert scores(1, infer_schema_length=None) == (late, ["score", "margin"])
with open("scores.jsonl", "w") as file:
    file.writelines(json.dumps({"score": score}) + "\n" for score in [1] * 100 + late)
try:
    polars.read_ndjson("scores.jsonl")
except polars.exceptions.ComputeError as error:
    print("read_ndjson:", error)
else:
    raise SystemExit("read_ndjson reads the file now")
P
