#!/usr/bin/env bash
# pyarrow 26.0.0, datasets 5.2.0, polars 2.1.0: ids of 20 digits in JSON Lines fall together, or cannot be passed on.
#
# Hashes and other ids above 2^63 are legal JSON integers. `pyarrow.json` and `load_dataset("json")` give the column the type
# float64, so neighbouring ids are equal, and a join or a group by prompt mixes rows; a single such id changes the others
# of the file too. pandas reads uint64 and keeps them. polars reads Int128 and keeps them, but then `to_arrow` and `to_pandas`
# fail. None of the readers warns. Write ids as strings with a letter in front (pandas makes numbers of digits).
#
# Seen: 3 ids are 3 in pandas and polars, 2 in pyarrow and datasets; polars' to_arrow and to_pandas raise ArrowInvalid.
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
import pyarrow
import pyarrow.json

datasets.disable_progress_bars()
print("pyarrow", pyarrow.__version__, "datasets", datasets.__version__, "polars", polars.__version__)
ids = [9007199254740993, 12345678901234567890, 12345678901234567891]
with open("ids.jsonl", "w") as file:
    file.writelines(json.dumps({"id": number, "score": 1}) + "\n" for number in ids)
loaded = datasets.load_dataset("json", data_files="ids.jsonl", split="train", cache_dir="cache")
frame = polars.read_ndjson("ids.jsonl")
read = {
    "pyarrow": pyarrow.json.read_json("ids.jsonl")["id"].to_pylist(),
    "datasets": loaded["id"][:],
    "pandas": pandas.read_json("ids.jsonl", lines=True)["id"].tolist(),
    "polars": frame["id"].to_list()}
for name, values in read.items():
    print(name, values)
assert [len(set(values)) for values in read.values()] == [2, 2, 3, 3]
assert read["pandas"] == read["polars"] == ids and read["datasets"][0] != ids[0]
print(frame.schema)
for way in (frame.to_arrow, frame.to_pandas):
    try:
        way()
    except pyarrow.lib.ArrowInvalid as error:
        print(f"{way.__name__}: {error}")
    else:
        raise SystemExit(f"{way.__name__} passes Int128 on now")
P
