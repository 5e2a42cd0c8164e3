"""Reads Parquet files that Tare wrote with the real libraries, and compares the values.

    TARE_WRITTEN_PARQUET=/tmp/written swift test -c release --filter ParquetWriterTests
    python check_written.py /tmp/written        (in the environment of make_parquet.py)

NAME.columns.parquet holds the values of NAME.json as Tare has them, NAME.table.parquet the file
NAME.parquet with a column `added`: its other columns must have the types and values that they had.
"""

import json
import math
import pathlib
import sys
import tempfile

import datasets
import duckdb
import fastparquet
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
folder = pathlib.Path(sys.argv[1])


def plain(value):
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value == int(value) else value
    return value


def check(library, name, found, wanted):
    assert list(found) == list(wanted), (library, name, list(found), list(wanted))
    for column in wanted:
        one, other = plain(found[column]), plain(wanted[column])
        if one != other:
            row = next(i for i, (a, b) in enumerate(zip(one, other)) if a != b)
            raise AssertionError((library, name, column, row, one[row], other[row]))


def duck(path):
    relation = duckdb.sql(f"FROM '{path}'")
    rows = relation.fetchall()
    return {column: [row[i] for row in rows] for i, column in enumerate(relation.columns)}


def of_datasets(path):
    with tempfile.TemporaryDirectory() as cache:
        table = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=cache)
        return table.to_dict()


counts = {}
datasets.disable_progress_bars()
for path in sorted(folder.glob("*.columns.parquet")):
    name = path.name.removesuffix(".columns.parquet")
    wanted = json.loads((HERE / f"{name}.json").read_text())
    readers = {"pyarrow": lambda: pq.read_table(path).to_pydict(),
               "polars": lambda: pl.read_parquet(path).to_dict(as_series=False),
               "polars scan": lambda: pl.scan_parquet(path).collect().to_dict(as_series=False),
               "duckdb": lambda: duck(path)}
    if wanted and len(next(iter(wanted.values()))):
        readers["datasets"] = lambda: of_datasets(path)
    for library, read in readers.items():
        try:
            check(library, name, read(), wanted)
            counts[library] = counts.get(library, 0) + 1
        except Exception as error:
            print("FAIL", library, name, str(error)[:300])
    frame = pd.read_parquet(path)
    assert list(frame.columns) == list(wanted), name
    counts["pandas"] = counts.get("pandas", 0) + 1
    if not any(isinstance(v, (list, dict)) for c in wanted.values() for v in c):
        try:
            frame = fastparquet.ParquetFile(str(path)).to_pandas()
            assert list(frame.columns) == list(wanted), name
            for column, values in wanted.items():
                if values and all(isinstance(v, (str, int, bool)) for v in values):
                    assert [plain(v) for v in frame[column].tolist()] == values, (name, column)
            counts["fastparquet"] = counts.get("fastparquet", 0) + 1
        except Exception as error:
            print("FAIL fastparquet", name, repr(error)[:300])

for path in sorted(folder.glob("*.table.parquet")):
    name = path.name.removesuffix(".table.parquet")
    before = pq.ParquetFile(HERE / f"{name}.parquet")
    after = pq.ParquetFile(path)
    assert [c for c in after.schema_arrow.names] == before.schema_arrow.names + ["added"], name
    old, new = before.read(), after.read()
    for field in old.schema:
        one, other = old[field.name], new[field.name]
        # Without Arrow's own schema there are no categories, zones but UTC, large or fixed-size lists.
        def same(a, b):
            a, b = plain(a.to_pylist()), plain(b.to_pylist())
            return a == b or [str(x) for x in a] == [str(x) for x in b]
        try:
            equal = same(one, other)
        except (ValueError, OverflowError):
            equal = same(one.cast(pa.int64()), other.cast(pa.int64()))
        if not equal:
            print("FAIL table", name, field.name, one.type, other.type)
        stored = lambda f: [str(f.schema.column(i)) for i in range(len(f.schema.names)) if f.schema.column(i).path.split(".")[0] == field.name]
        if stored(before) != stored(after):
            print("FAIL schema", name, field.name)
    counts["written back"] = counts.get("written back", 0) + 1
    for library, read in {"pandas": pd.read_parquet, "duckdb": duck, "polars": pl.read_parquet,
                          "datasets": of_datasets}.items():
        try:
            read(HERE / f"{name}.parquet")
        except Exception as error:
            # Maps in datasets, decimals of 256 bits in polars: whoever wrote them.
            print("not for", library, name, str(error)[:100])
        else:
            read(path)
print(counts)
