#!/usr/bin/env bash
# pyarrow 26.0.0, datasets 5.2.0, polars 2.1.0: a member that the first rows lack is lost without a word.
#
# The same score rows as a list of dicts: pandas and `load_dataset("json")` keep a member that only later rows have (a margin,
# a second score); `pyarrow.Table.from_pylist` and `Dataset.from_list` look at the first row alone and `polars.DataFrame` at
# the first 100, and leave the rest out without a warning. A set of rows gives another table when it is shuffled. A
# program that tests `"margin" in columns` trains or evaluates without margins. Give every row every member, null where there
# is none, or pass `schema` to `from_pylist` and `infer_schema_length=None` to polars; `from_list` refuses `features` that name
# the member.
#
# Seen: a margin that first occurs in row 2 is kept by polars, pandas and load_dataset, in row 101 by pandas and load_dataset.
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

datasets.disable_progress_bars()
print("pyarrow", pyarrow.__version__, "datasets", datasets.__version__, "polars", polars.__version__)

def columns(before):
    rows = [{"score": 1.0}] * before + [{"score": 2.0, "margin": 0.5}]
    with open(f"rows-{before}.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    loaded = datasets.load_dataset("json", data_files=f"rows-{before}.jsonl", split="train", cache_dir=f"cache-{before}")
    return {"pyarrow": pyarrow.Table.from_pylist(rows).column_names,
            "from_list": datasets.Dataset.from_list(rows).column_names,
            "polars": polars.DataFrame(rows).columns,
            "read_ndjson": polars.read_ndjson(f"rows-{before}.jsonl").columns,
            "pandas": pandas.DataFrame(rows).columns.tolist(),
            "load_dataset": loaded.column_names}

kept = {}
for before in (1, 100):
    kept[before] = [name for name, names in columns(before).items() if "margin" in names]
    print("margin first in row", before + 1, "is kept by", kept[before])
assert kept[1] == ["polars", "read_ndjson", "pandas", "load_dataset"], kept
assert kept[100] == ["pandas", "load_dataset"], kept
schema = pyarrow.schema({"score": pyarrow.float64(), "margin": pyarrow.float64()})
assert pyarrow.Table.from_pylist([{"score": 1.0}, {"score": 2.0, "margin": 0.5}], schema)["margin"].to_pylist() == [None, 0.5]
features = datasets.Features({"score": datasets.Value("float64"), "margin": datasets.Value("float64")})
try:
    datasets.Dataset.from_list([{"score": 1.0}, {"score": 2.0, "margin": 0.5}], features=features)
except ValueError as error:
    print("from_list with features:", str(error).splitlines()[0])
else:
    raise SystemExit("from_list takes features for a missing member now")
P
