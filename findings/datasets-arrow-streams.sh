#!/usr/bin/env bash
# datasets 5.2.0: the .arrow files of save_to_disk are Arrow streams, though .arrow (and Feather 2) is the
# ending of Arrow files, which end with a footer. What reads Feather refuses them: pyarrow.feather,
# pandas.read_feather and polars.read_ipc. And a ClassLabel is there as a bare number, whose names stand only in
# the schema's metadata: a frame made of the rows takes the label 1 for the better side where the names say
# that 1 is "rejected".
# Seen: three errors; pyarrow.ipc.open_stream reads the rows, labels [0, 1], names ["chosen", "rejected"].
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet datasets==5.2.0 pyarrow==26.0.0 pandas==3.1.1 polars==2.1.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json

import datasets
import pandas
import polars
import pyarrow
import pyarrow.feather

features = datasets.Features({
    "score": datasets.Value("float64"), "label": datasets.ClassLabel(names=["chosen", "rejected"])})
datasets.Dataset.from_dict({"score": [2.0, 1.0], "label": ["chosen", "rejected"]}, features=features).save_to_disk("saved")
path = "saved/data-00000-of-00001.arrow"
print("datasets", datasets.__version__, "pyarrow", pyarrow.__version__)
refused = 0
for name, read in (("pyarrow.feather", pyarrow.feather.read_table), ("pandas", pandas.read_feather),
                   ("polars", polars.read_ipc)):
    try:
        read(path)
    except Exception as error:
        refused += 1
        print(f"{name}: {type(error).__name__}: {str(error).splitlines()[0]}")
assert refused == 3, refused
with pyarrow.memory_map(path) as source:
    table = pyarrow.ipc.open_stream(source).read_all()
names = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]["label"]["names"]
print(table["label"].to_pylist(), names)
assert table["label"].to_pylist() == [0, 1] and names == ["chosen", "rejected"]
assert table.to_pandas()["label"].tolist() == [0, 1]
PYTHON
