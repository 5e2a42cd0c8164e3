"""Reads Arrow files that Tare wrote with pyarrow, pandas, polars and datasets, and compares all values
with expected.json.

The files: each of this folder's, written again under its name with ".file.zstd.arrow",
".stream.none.arrows" and the like behind it (ArrowWriterTests does so where TARE_WRITTEN_ARROW names a folder).
Made for Python 3.11, pyarrow 26.0.0, pandas 3.1.1, polars 2.1.0, datasets 5.2.0.
Usage: python check_written.py FOLDER
"""

import json, os, sys

import datasets, pandas, polars, pyarrow
import pyarrow.feather

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "expected.json")) as file:
    expected = json.load(file)


def same(one, two):
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    return one == two


def compare(name, reader, columns, count):
    wanted = expected[name]
    for column, values in wanted.items():
        if not same(columns[column], values):
            sys.exit(f"{name}, {reader}, {column}: {columns[column]}, wanted {values}")
    counts[reader] = counts.get(reader, 0) + 1


counts = {}
for file in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], file)
    name = ".".join(file.split(".")[:2])
    is_stream = file.endswith(".arrows")
    if is_stream:
        with pyarrow.ipc.open_stream(path) as reader:
            table = reader.read_all()
    else:
        with pyarrow.ipc.open_file(path) as reader:
            table = reader.read_all()
    table.validate(full=True)
    compare(name, "pyarrow", table.to_pydict(), table.num_rows)
    # Lists of dictionaries are more than pandas takes; pyarrow's own files of them fail too.
    nested = [f.name for f in table.schema if pyarrow.types.is_list(f.type)
              and pyarrow.types.is_dictionary(f.type.value_type)]
    if not is_stream:
        frame = pandas.read_feather(path, columns=[c for c in table.column_names if c not in nested])
        assert len(frame) == table.num_rows
        counts["pandas"] = counts.get("pandas", 0) + 1
        frame = polars.read_ipc(path)
    else:
        frame = polars.read_ipc_stream(path)
        loaded = datasets.Dataset.from_file(path)
        compare(name, "datasets", loaded.to_dict(), table.num_rows)
    compare(name, "polars", frame.to_dict(as_series=False), table.num_rows)
print(", ".join(f"{reader} {count} files" for reader, count in counts.items()))
