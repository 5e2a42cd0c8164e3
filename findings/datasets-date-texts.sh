#!/usr/bin/env bash
# datasets 5.2.0 (pyarrow 26.0.0): responses that are dates are loaded as timestamps, and different responses become equal.
#
# Arrow's JSON reader gives a column of strings the type timestamp when every string is an ISO date, and `load_dataset("json")`
# takes it over. The texts are gone: "2024-02-29", "2024-02-29 00:00:00" and "2024-02-29T02:00:00+02:00" are one value. Passing
# `features=` with a string column does not help: the timestamps are printed again, in one form for all. A shard or a subset
# (date arithmetic) whose answers are all dates is changed, the whole file is not, so scores of one response differ between
# the two. Read the lines with the json module, pandas (its default engine) or polars, and use `from_list` or `from_pandas`.
#
# Seen: four different responses are one datetime, or four times "2024-02-29 00:00:00"; with one more row "yes" they stay.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pyarrow==26.0.0 pandas==3.1.1 polars==2.1.0
cd "$work"
"$work/venv/bin/python" - <<'P'
import json
import datasets
import pandas
import polars

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
texts = ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29T00:00:00Z", "2024-02-29T02:00:00+02:00"]

def load(name, texts, **options):
    with open(f"{name}.jsonl", "w") as file:
        file.writelines(json.dumps({"response": text, "score": 1}) + "\n" for text in texts)
    data = datasets.load_dataset("json", data_files=f"{name}.jsonl", split="train", cache_dir=f"cache-{name}", **options)
    return data["response"][:]

dates, mixed = load("dates", texts), load("mixed", [*texts, "yes"])
print("dates only:", dates)
print("with one other text:", mixed)
assert len(set(dates)) == 1 and str(dates[0]) == "2024-02-29 00:00:00", dates
assert mixed == [*texts, "yes"], mixed
features = datasets.Features({"response": datasets.Value("string"), "score": datasets.Value("int64")})
given = load("given", texts, features=features)
print("with features:", given)
assert given == ["2024-02-29 00:00:00"] * 4, given
assert pandas.read_json("dates.jsonl", lines=True)["response"].tolist() == texts
assert polars.read_ndjson("dates.jsonl")["response"].to_list() == texts
assert datasets.Dataset.from_list([{"response": text} for text in texts])["response"][:] == texts
P
