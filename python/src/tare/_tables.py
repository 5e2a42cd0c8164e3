"""Tables of Python's libraries on their way into the program and back."""
from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

# Finds rows again where some are left out.
_ROW = "__tare_row__"


def _library(value: Any) -> str:
    return type(value).__module__.split(".")[0]


def to_arrow(data: Any) -> pyarrow.Table:
    """A pandas or polars data frame, a `datasets.Dataset`, a list of dicts, a dict of columns, or whatever hands
    itself over as Arrow's C stream."""
    import pyarrow as pa
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    library = _library(data)
    if library == "pandas":
        return pa.Table.from_pandas(data, preserve_index=False)
    if library == "polars":
        return data.to_arrow()
    if library == "datasets":
        return data.with_format("arrow")[:]
    if isinstance(data, Mapping):
        return pa.table(dict(data))
    if isinstance(data, list):
        return pa.Table.from_pylist(data)
    if hasattr(data, "__arrow_c_stream__"):
        return pa.table(data)
    raise TypeError(
        f"found {type(data).__name__}; accepted: a pandas or polars DataFrame, a pyarrow Table, a datasets.Dataset, "
        "a list of dicts, a dict of columns, or a file's name")


def is_file(data: Any) -> bool:
    return isinstance(data, (str, os.PathLike))


@contextlib.contextmanager
def folder() -> Iterator[pathlib.Path]:
    """A private folder, which is deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="tare-") as name:
        yield pathlib.Path(name)


def given(data: Any, place: pathlib.Path, numbered: bool = False) -> str:
    """The name of a file that holds the table.

    Arguments:
        numbered: whether it gets a column that numbers its rows.
    """
    if is_file(data):
        return os.fspath(data)
    import pyarrow as pa
    table = to_arrow(data)
    if numbered:
        table = table.append_column(_ROW, pa.array(range(len(table)), pa.int64()))
    with pa.OSFile(str(place), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return str(place)


def read(place: pathlib.Path) -> pyarrow.Table:
    import pyarrow as pa
    with pa.memory_map(str(place)) as source:
        try:
            return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:
            # What was a stream is written back as one.
            source.seek(0)
            return pa.ipc.open_stream(source).read_all()


def extended(data: Any, result: pyarrow.Table, names: list[str]) -> Any:
    """The table with columns of the result beside its own, or in their place; rows that the result has not get
    none."""
    import pyarrow as pa
    if is_file(data):
        return result
    if _ROW in result.column_names:
        rows = {row: place for place, row in enumerate(result[_ROW].to_pylist())}
        places = pa.array([rows.get(row) for row in range(len(to_arrow(data)))], pa.int64())
        result = result.take(places)
    columns = {name: result[name] for name in names}
    library = _library(data)
    if library == "pandas":
        return data.assign(**{name: column.to_numpy() for name, column in columns.items()})
    if library == "polars":
        import polars
        return data.with_columns([polars.Series(name, column.to_numpy()) for name, column in columns.items()])
    if library == "datasets":
        for name, column in columns.items():
            if name in data.column_names:
                data = data.remove_columns(name)
            data = data.add_column(name, column.to_numpy())
        return data
    if isinstance(data, list):
        values = {name: column.to_pylist() for name, column in columns.items()}
        return [row | {name: values[name][place] for name in names} for place, row in enumerate(data)]
    if isinstance(data, Mapping):
        return dict(data) | {name: column.to_numpy() for name, column in columns.items()}
    table = to_arrow(data)
    for name, column in columns.items():
        table = table.drop_columns([name]) if name in table.column_names else table
        table = table.append_column(name, column.combine_chunks())
    return table


def like(data: Any, table: pyarrow.Table) -> Any:
    """A table of other rows, of the kind that `data` is."""
    library = _library(data)
    if library == "pandas":
        return table.to_pandas()
    if library == "polars":
        import polars
        return polars.from_arrow(table)
    if library == "datasets":
        import datasets
        return datasets.Dataset(table)
    if isinstance(data, list):
        return table.to_pylist()
    if isinstance(data, Mapping):
        return table.to_pydict()
    return table
