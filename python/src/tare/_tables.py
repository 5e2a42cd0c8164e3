"""Tables of Python's libraries on their way into the program and back."""
from __future__ import annotations

import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._errors import DataError, warn

if TYPE_CHECKING:
    import numpy
    import pyarrow

# Says of each row of a result which row of the table it is.
ROW = "__tare_row__"

# Arguments whose columns are numbers, all that name columns, and columns that are numbers without being named.
_NUMBERS = ("score", "covariate", "length", "x", "y", "weights")
_ROLES = (*_NUMBERS, "group", "label", "subset", "by")
_READ_AS_NUMBERS = ("score", "reward", "length", "calibrated", "score_chosen", "score_rejected")

_ACCEPTED = (
    "a pandas or polars DataFrame, a pyarrow Table, a datasets.Dataset, a list of dicts, a dict of columns, a "
    "structured NumPy array, anything with __arrow_c_stream__, or a file's name")


def is_file(data: Any) -> bool:
    return isinstance(data, (str, os.PathLike))


def _is(data: Any, library: str, name: str) -> bool:
    """Whether it is of a class of a library, which is imported where there is such an object."""
    kind = getattr(sys.modules.get(library), name, None)
    return isinstance(kind, type) and isinstance(data, kind)


class Table:
    """A table as it was given, and as Arrow. What is given as a stream is read once.

    Arguments:
        options: the command's arguments. Of the columns that they name levels of a pandas index are columns too.
    """

    def __init__(self, data: Any, options: Mapping[str, Any] | None = None) -> None:
        self.data = data
        used = _named(options or {}, _ROLES)
        self.arrow, self.kind = _arrow(data, used)
        unreadable = [field for field in self.arrow.schema if not _is_readable(field.type) and field.name not in used]
        for field in unreadable:
            warn(f"the column {field.name!r} is not used, since Tare reads no values of the type {field.type}")
        # What the caller gets back has these columns still.
        self.arrow = self.arrow.drop_columns([field.name for field in unreadable])
        names = self.arrow.column_names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"{self.kind}: expected a name for each column, found two columns {twice[0]!r}")
        if options is not None:
            found = () if options.get("score") else _READ_AS_NUMBERS
            self._check_whole_numbers({*_named(options, _NUMBERS), *found})
        if ROW in names:
            raise DataError(f"{self.kind}: expected other names than {ROW!r}, which Tare numbers rows with")

    def _check_whole_numbers(self, names: set[str]) -> None:
        """The program computes in float64, where whole numbers beyond 2^53 would become others."""
        import pyarrow as pa
        import pyarrow.compute as pc
        for field in self.arrow.schema:
            if field.name not in names or not pa.types.is_integer(field.type) or field.type.bit_width < 64:
                continue
            column = self.arrow[field.name]
            bounds = pc.min_max(column).as_py()
            if bounds["min"] is None or -2**53 <= bounds["min"] <= bounds["max"] <= 2**53:
                continue
            row = next(place for place, value in enumerate(column.to_pylist()) if value and abs(value) > 2**53)
            raise labelled(DataError(
                f"{self.kind}, row {row + 1}, column {field.name!r}: expected whole numbers up to 2^53, or "
                f"floating-point ones, found {column[row].as_py()}", row=row, column=field.name), self)

    def write(self, place: pathlib.Path, numbered: bool = True) -> None:
        """Writes an Arrow file, with a column that numbers the rows."""
        import pyarrow as pa
        table = self.arrow
        if numbered:
            import numpy as np
            table = table.append_column(ROW, pa.array(np.arange(len(table))))
        try:
            with pa.OSFile(str(place), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        except UnicodeEncodeError as error:
            raise DataError(f"{self.kind}: expected text, found text that is not Unicode ({error})") from None

    def extended(self, result: pyarrow.Table) -> Any:
        """The table as it was given, with the columns of the result that it has not, or in place of its own. Rows that
        the result has not get none."""
        import numpy as np
        import pyarrow as pa
        rows = result[ROW].to_numpy()
        names = [name for name in result.column_names if name != ROW]
        if not np.array_equal(rows, np.arange(len(self.arrow))):
            if len(rows) and (len(np.unique(rows)) != len(rows) or rows.min() < 0 or rows.max() >= len(self.arrow)):
                raise AssertionError("the program gave rows that it was not given")
            places = np.full(len(self.arrow), -1)
            places[rows] = np.arange(len(rows))
            result = result.take(pa.array(places, mask=places < 0))
        return _extended(self.data, self.arrow, {name: result[name] for name in names})

    def like(self, table: pyarrow.Table) -> Any:
        """A table of other rows, of the kind that was given."""
        return like(self.data, table)

    def described(self, row: int) -> str:
        """A row's label in a pandas index."""
        if not _is(self.data, "pandas", "DataFrame") or not 0 <= row < len(self.data):
            return ""
        label = self.data.index[row]
        return "" if type(label).__name__ in ("int", "int64") and label == row else f" (index {label!r})"


def labelled(error: DataError, table: Table) -> DataError:
    """The error with the row's label in its message."""
    if error.row is None or error.file is not None or not (label := table.described(error.row)):
        return error
    text = str(error).replace(f"row {error.row + 1}", f"row {error.row + 1}{label}", 1)
    return DataError(text, row=error.row, line=error.line, column=error.column)


def _arrow(data: Any, used: Sequence[str]) -> tuple[pyarrow.Table, str]:
    """The table, and what messages call it."""
    import numpy as np
    import pyarrow as pa
    if isinstance(data, pa.Table):
        return data, "Table"
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data]), "RecordBatch"
    if _is(data, "pandas", "DataFrame"):
        return _from_pandas(data, used), "DataFrame"
    if _is(data, "polars", "DataFrame"):
        return _assembled(data.columns, data.get_columns(), used), "DataFrame"
    if _is(data, "polars", "LazyFrame"):
        raise TypeError("expected a DataFrame, as collect() gives, found a polars LazyFrame")
    if _is(data, "datasets", "Dataset"):
        return data.with_format("arrow")[:], "Dataset"
    if _is(data, "datasets", "DatasetDict"):
        raise TypeError(f"expected one of its splits, {', '.join(map(repr, data))}, found a DatasetDict")
    if _is(data, "datasets", "IterableDataset"):
        raise TypeError("expected a Dataset, such as Dataset.from_list(list(data)), found an IterableDataset")
    if isinstance(data, np.ndarray):
        if data.dtype.names is None or data.ndim != 1:
            raise TypeError(
                f"expected a structured array, or a dict of arrays, found an array of the shape {data.shape}")
        return _from_columns({name: data[name] for name in data.dtype.names}, used), "array"
    if isinstance(data, Mapping):
        return _from_columns(data, used), "dict"
    if isinstance(data, list):
        return _from_rows(data, used), "list"
    if hasattr(data, "__arrow_c_stream__"):
        return pa.table(data), type(data).__name__
    raise TypeError(f"expected {_ACCEPTED}, found {type(data).__name__}")


def _is_readable(kind: Any) -> bool:
    import pyarrow as pa
    if isinstance(kind, pa.BaseExtensionType):
        return _is_readable(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _is_readable(kind.value_type)
    if pa.types.is_nested(kind) and not pa.types.is_union(kind):
        return all(_is_readable(kind.field(place).type) for place in range(kind.num_fields))
    return not pa.types.is_union(kind) and not pa.types.is_interval(kind)


def _from_pandas(data: Any, used: Sequence[str]) -> pyarrow.Table:
    if data.columns.nlevels > 1:
        raise DataError("DataFrame: expected one name a column, found columns of several levels")
    levels = [name for name in data.index.names if name is not None and str(name) in used]
    levels = [name for name in levels if name not in data.columns]
    names = [str(name) for name in data.columns]
    columns = [data.iloc[:, place] for place in range(len(names))]
    names += map(str, levels)
    columns += [data.index.get_level_values(name).to_series(index=data.index) for name in levels]
    return _assembled(names, columns, used)


def _from_columns(data: Mapping[Any, Any], used: Sequence[str]) -> pyarrow.Table:
    import numpy as np
    columns: dict[str, Any] = {}
    index: Any = None
    for name, values in data.items():
        if _is(values, "pandas", "Series") or _is(values, "pandas", "Index"):
            own = getattr(values, "index", None)
            if index is not None and own is not None and not index.equals(own):
                raise DataError(f"dict: expected one index, or arrays, found another index in {name!r} than before")
            index = own if index is None else index
        elif not isinstance(values, (list, tuple, np.ndarray)) and hasattr(values, "__array__"):
            if not hasattr(values, "__arrow_c_stream__"):
                # A tensor may carry a gradient.
                values = np.asarray(values.detach() if hasattr(values, "detach") else values)
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise TypeError(f"dict: expected a list or an array, found {type(values).__name__} as the column {name!r}")
        if str(name) in columns:
            raise DataError(f"dict: expected a name for each column, found two columns {str(name)!r}")
        columns[str(name)] = values
    lengths = {name: len(values) for name, values in columns.items()}
    for name, length in lengths.items():
        first = next(iter(lengths))
        if length != lengths[first]:
            raise DataError(
                f"dict: expected one length, found {lengths[first]} values in {first!r} and {length} in {name!r}",
                column=name)
    return _assembled(list(columns), list(columns.values()), used)


def _from_rows(rows: list[Any], used: Sequence[str] = ()) -> pyarrow.Table:
    """Members that the first row has not are columns too."""
    names: dict[str, None] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError(f"list, row {place + 1}: expected dicts, found {type(row).__name__}", row=place)
        names.update(dict.fromkeys(row))
    for name in names:
        if not isinstance(name, str):
            raise DataError(f"list: expected keys that are text, found the key {name!r}")
    return _assembled(list(names), [[row.get(name) for row in rows] for name in names], used)


def _assembled(names: Sequence[str], columns: Sequence[Any], used: Sequence[str]) -> pyarrow.Table:
    """A table of what Arrow can hold. Other columns cannot be scores or ids either, and are left out with a warning,
    unless the caller has named them."""
    import pyarrow as pa
    arrays: dict[str, Any] = {}
    fields = []
    for name, values in zip(names, columns):
        if name in arrays:
            raise DataError(f"expected a name for each column, found two columns {name!r}", column=name)
        try:
            name.encode()
        except UnicodeEncodeError:
            raise DataError(f"expected text, found the column name {name!r}, which is not Unicode") from None
        try:
            array = _array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, OverflowError,
                UnicodeEncodeError, ValueError) as error:
            reason = str(error.args[0] if error.args and not isinstance(error, UnicodeError) else error)
            if name in used:
                text = f"column {name!r}: expected values of one type, found that {reason}"
                raise DataError(text, column=name) from None
            warn(f"the column {name!r} is not used, since Arrow cannot hold it: {reason}")
            continue
        arrays[name] = array
        fields.append(pa.field(name, array.type))
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))


def _array(values: Any) -> Any:
    """A column as Arrow. NaN is none in text and objects, as pandas has it, and stays NaN among numbers, which the
    program takes for missing too."""
    import numpy as np
    import pyarrow as pa
    if isinstance(values, np.ma.MaskedArray):
        return pa.array(values.data, mask=np.ma.getmaskarray(values))
    if _is(values, "pandas", "Series") or _is(values, "pandas", "Index"):
        if type(values.dtype).__name__ == "SparseDtype":
            values = values.sparse.to_dense()
        elif isinstance(values.dtype, np.dtype) and not values.dtype.isnative:
            values = values.astype(values.dtype.newbyteorder("="))
        return pa.Array.from_pandas(values)
    if isinstance(values, np.ndarray):
        if values.ndim > 1:
            return pa.array(list(values))
        if not values.dtype.isnative:
            values = values.astype(values.dtype.newbyteorder("="))
        return pa.array(values, from_pandas=values.dtype == object)
    if _is(values, "polars", "Series"):
        return values.to_arrow()
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if isinstance(values, tuple):
        values = list(values)
    return pa.array(values, from_pandas=True)


@contextlib.contextmanager
def folder() -> Iterator[pathlib.Path]:
    """A private folder, which is deleted in the end."""
    with tempfile.TemporaryDirectory(prefix="tare-") as name:
        yield pathlib.Path(name)


@contextlib.contextmanager
def given(
    data: Any, place: pathlib.Path, names: dict[str, str], options: Mapping[str, Any] | None = None,
    numbered: bool = False,
) -> Iterator[tuple[str, Table | None]]:
    """A file that holds the table, and the table; a file that was named is taken as it is.

    Arguments:
        names: is told what messages call the file.
        options: the command's arguments, which may name columns.
        numbered: whether the rows are numbered, so that `Table.extended` finds them again.
    """
    if is_file(data):
        yield os.fspath(data), None
        return
    table = Table(data, options)
    table.write(place, numbered)
    names[str(place)] = table.kind
    if numbered:
        names[f", '{ROW}'"] = ""
    try:
        yield str(place), table
    except DataError as error:
        if (better := labelled(error, table)) is error:
            raise
        raise better from None


def read(place: pathlib.Path) -> pyarrow.Table:
    import pyarrow as pa
    with pa.memory_map(str(place)) as source:
        try:
            return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:
            # What was a stream is written back as one.
            source.seek(0)
            return pa.ipc.open_stream(source).read_all()


def added(result: pyarrow.Table, table: Table, own: tuple[str, ...]) -> pyarrow.Table:
    """Of a result the columns that the program added, and the rows' numbers.

    Arguments:
        own: the beginnings of names that are the program's even where the table had them before.
    """
    before = set(table.arrow.column_names)
    names = [name for name in result.column_names if name not in before or name.startswith(own)]
    return result.select(names)


def _extended(data: Any, table: pyarrow.Table, columns: dict[str, Any]) -> Any:
    import numpy as np
    import pyarrow as pa
    if _is(data, "pandas", "DataFrame"):
        return data.assign(**{name: _numpy(column) for name, column in columns.items()})
    if _is(data, "polars", "DataFrame"):
        import polars
        return data.with_columns([polars.Series(name, column) for name, column in columns.items()])
    if _is(data, "datasets", "Dataset"):
        for name, column in columns.items():
            if name in data.column_names:
                data = data.remove_columns(name)
            data = data.add_column(name, column.to_pylist() if column.null_count else column.to_numpy())
        return data
    if isinstance(data, list):
        values = {name: column.to_pylist() for name, column in columns.items()}
        return [{**row, **{name: values[name][place] for name in columns}} for place, row in enumerate(data)]
    if isinstance(data, Mapping):
        return {**data, **{name: _numpy(column) for name, column in columns.items()}}
    if isinstance(data, np.ndarray):
        kept = [name for name in data.dtype.names or () if name not in columns]
        new = {name: _numpy(column) for name, column in columns.items()}
        fields = [(name, data.dtype[name]) for name in kept] + [(name, new[name].dtype) for name in new]
        whole = np.empty(len(data), fields)
        for name in kept:
            whole[name] = data[name]
        for name in new:
            whole[name] = new[name]
        return whole
    if isinstance(data, (pa.Table, pa.RecordBatch)):
        table = pa.Table.from_batches([data]) if isinstance(data, pa.RecordBatch) else data
    for name, column in columns.items():
        if name in table.column_names:
            table = table.drop_columns([name])
        table = table.append_column(name, column.combine_chunks() if column.num_chunks != 1 else column)
    return table.to_batches()[0] if isinstance(data, pa.RecordBatch) and len(table) else table


def _numpy(column: Any) -> numpy.ndarray[Any, Any]:
    """Numbers as float64 with NaN for none, whole ones as int64 where there is one in each row."""
    values: numpy.ndarray[Any, Any] = column.to_numpy()
    return values


def like(data: Any, table: pyarrow.Table) -> Any:
    """A table of other rows, of the kind that `data` is."""
    import numpy as np
    if _is(data, "pandas", "DataFrame"):
        return table.to_pandas()
    if _is(data, "polars", "DataFrame"):
        import polars
        return polars.from_arrow(table)
    if _is(data, "datasets", "Dataset"):
        import datasets
        return datasets.Dataset(table)
    if isinstance(data, list):
        return table.to_pylist()
    if isinstance(data, np.ndarray):
        return np.rec.fromarrays([table[n].to_numpy() for n in table.column_names], names=table.column_names)
    if isinstance(data, Mapping):
        return {name: table[name].to_numpy() for name in table.column_names}
    return table


def from_rows(rows: list[dict[str, Any]]) -> pyarrow.Table:
    """Rows that the program printed, as a table."""
    return _from_rows(rows)


def is_vector(data: Any) -> bool:
    """Whether it is a vector of numbers and no table: a NumPy array without names, or a series."""
    import numpy as np
    if isinstance(data, np.ndarray):
        return data.ndim == 1 and data.dtype.names is None
    return _is(data, "pandas", "Series") or _is(data, "polars", "Series")


def from_vectors(
    score: Any, covariate: Any = None, group: Any = None, label: Any = None,
) -> tuple[Any, dict[str, str | None]]:
    """A table made of vectors of one length, and what its columns are called: a data frame of series, else a dict."""
    names = {"score": "score", "covariate": "length", "group": "prompt_id", "label": "label"}
    vectors = {"score": score, "covariate": covariate, "group": group, "label": label}
    table: dict[str, Any] = {}
    chosen: dict[str, str | None] = {}
    for argument, vector in vectors.items():
        chosen[argument] = None
        if vector is None or (argument == "label" and isinstance(vector, str) and vector == "none"):
            continue
        if isinstance(vector, str):
            if argument == "covariate" and vector == "length":
                continue
            raise TypeError(
                f"{argument}: expected a vector of as many values, found {vector!r} beside a vector of scores")
        if len(vector) != len(score):
            raise DataError(
                f"{argument}: expected a value for each of {len(score)} scores, found {len(vector)}", column=argument)
        table[names[argument]] = vector
        chosen[argument] = names[argument]
    if _is(score, "pandas", "Series"):
        for name, vector in table.items():
            if _is(vector, "pandas", "Series") and not vector.index.equals(score.index):
                raise DataError(f"expected one index, or arrays, found another index in {name!r} than in the scores")
        return score.to_frame(names["score"]).assign(**table), chosen
    if _is(score, "polars", "Series"):
        import polars
        return polars.DataFrame(table), chosen
    return table, chosen


def _named(options: Mapping[str, Any], roles: Sequence[str]) -> list[str]:
    """The names of columns among a command's arguments."""
    found: list[str] = []
    for name in roles:
        value = options.get(name)
        found += [str(one) for one in (value if isinstance(value, (list, tuple)) else [value]) if one is not None]
    return found
