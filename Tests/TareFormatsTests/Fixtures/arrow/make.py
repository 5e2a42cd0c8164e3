"""Writes the Arrow files of this folder, and expected.json: what Tare reads from each.

Made with Python 3.11, pyarrow 26.0.0, pandas 3.1.1, polars 2.1.0, datasets 5.2.0, duckdb 2.0.1.
Usage: python make.py
"""

import base64, datetime, decimal, json, os, shutil, uuid

import datasets, duckdb, pandas, polars, pyarrow
import pyarrow.feather, pyarrow.ipc

for module, version in [(pyarrow, "26.0.0"), (pandas, "3.1.1"), (polars, "2.1.0"),
                        (datasets, "5.2.0"), (duckdb, "2.0.1")]:
    if module.__version__ != version:
        print(f"{module.__name__} {module.__version__}, not {version}: files may differ")

folder = os.path.dirname(os.path.abspath(__file__))
os.chdir(folder)
expected = {}
pa = pyarrow
date = datetime.date
moment = datetime.datetime


def text(value, kind):
    """A value as Tare has it: times as ISO 8601 texts, decimals as numbers, bytes as texts."""
    if value is None:
        return None
    if isinstance(kind, pa.BaseExtensionType):
        return str(value) if isinstance(value, uuid.UUID) else text(value, kind.storage_type)
    types = pa.types
    if types.is_dictionary(kind):
        return text(value, kind.value_type)
    if types.is_run_end_encoded(kind):
        return text(value, kind.value_type)
    if types.is_map(kind):
        return [{"key": text(k, kind.key_type), "value": text(v, kind.item_type)} for k, v in value]
    if types.is_struct(kind):
        return {f.name: text(value[f.name], f.type) for f in kind}
    if hasattr(kind, "value_field"):
        return [text(element, kind.value_type) for element in value]
    if types.is_decimal(kind):
        return int(value) if kind.scale == 0 and abs(value) < 2**63 else float(value)
    if isinstance(value, bytes):
        return value.decode()
    return value


def fraction(count, per_second):
    return f".{count:0{len(str(per_second)) - 1}}" if count else ""


def times(column, kind):
    """Times by their counts: Python has no nanoseconds."""
    units = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}
    per_second = units[kind.unit] if hasattr(kind, "unit") and kind.unit in units else 1
    width = kind.bit_width
    counts = column.cast(pa.int32() if width == 32 else pa.int64()).to_pylist()
    result = []
    for count in counts:
        if count is None:
            result.append(None)
        elif pa.types.is_date(kind):
            days = count if width == 32 else count // 86_400_000
            result.append(str(date(1970, 1, 1) + datetime.timedelta(days=days)))
        elif pa.types.is_time(kind):
            seconds, part = divmod(count, per_second)
            clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            result.append(clock + fraction(part, per_second))
        elif pa.types.is_duration(kind):
            seconds, part = divmod(abs(count), per_second)
            sign = "-" if count < 0 else ""
            result.append(f"{sign}PT{seconds}{fraction(part, per_second)}S")
        else:
            seconds, part = divmod(count, per_second)
            whole = moment(1970, 1, 1) + datetime.timedelta(seconds=seconds)
            zone = "Z" if kind.tz else ""
            result.append(whole.isoformat() + fraction(part, per_second) + zone)
    return result


def expect(name, table, hidden=(), order=None):
    columns = {}
    for field in table.schema:
        if field.name in hidden:
            continue
        column = table.column(field.name)
        if pa.types.is_temporal(field.type):
            columns[field.name] = times(column, field.type)
        else:
            values = [text(value, field.type) for value in column.to_pylist()]
            # Numbers above 2^63 are hashes and ids: where there are some, all are texts.
            if pa.types.is_uint64(field.type) and any(v is not None and v >= 2**63 for v in values):
                values = [None if v is None else str(v) for v in values]
            columns[field.name] = values
    expected[name] = columns


def write(name, table, stream=False, **options):
    rows = options.pop("rows", None)
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    options = pa.ipc.IpcWriteOptions(**options)
    with make(name, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=rows)
    expect(name, table)


numbers = {
    "bool": pa.array([True, None, False, True, False, None, True, True, False]),
    "int8": pa.array([1, None, -128, 127, 0, 3, 4, 5, 6], pa.int8()),
    "int16": pa.array([1, None, -(2**15), 2**15 - 1, 0, 3, 4, 5, 6], pa.int16()),
    "int32": pa.array([1, None, -(2**31), 2**31 - 1, 0, 3, 4, 5, 6], pa.int32()),
    "int64": pa.array([1, None, -(2**63), 2**63 - 1, 0, 3, 4, 5, 6], pa.int64()),
    "uint8": pa.array([1, None, 255, 127, 0, 3, 4, 5, 6], pa.uint8()),
    "uint16": pa.array([1, None, 2**16 - 1, 127, 0, 3, 4, 5, 6], pa.uint16()),
    "uint32": pa.array([1, None, 2**32 - 1, 127, 0, 3, 4, 5, 6], pa.uint32()),
    "uint64": pa.array([1, None, 2**63 - 1, 127, 0, 3, 4, 5, 6], pa.uint64()),
    "half": pa.array([1.5, None, -2.0, 0.0999755859375, 65504, 6e-8, 0, 1, 2], pa.float16()),
    "float": pa.array([1.5, None, -2, 0.1, 3.4e38, 1e-45, 0, 1, 2], pa.float32()),
    "double": pa.array([1.5, None, -2, 0.1, 1.7e308, 5e-324, 0, 1, 2], pa.float64()),
    "null": pa.nulls(9),
}
decimals = [decimal.Decimal(x) if x else None
            for x in ["1.50", None, "-0.01", "0.07", "99999.99", "1.00", "-3.25", "0.10", "2.00"]]
wide = [decimal.Decimal(x) if x else None
        for x in ["1.000000000000000000000000000005", None, "-0.1", "12345678.9", "0.3",
                  "99999999.999999999999999999999999999999", "-1e-30", "0", "2"]]
numbers |= {
    "decimal32": pa.array(decimals, pa.decimal32(7, 2)),
    "decimal64": pa.array(decimals, pa.decimal64(15, 2)),
    "decimal128": pa.array(wide, pa.decimal128(38, 30)),
    "decimal256": pa.array(wide, pa.decimal256(70, 30)),
    "huge": pa.array([None if x is None else int(x) for x in decimals], pa.decimal128(38, 0)),
}
words = ["a", None, "", "größer als zwölf Bytes", "日本語", "x" * 12, "y" * 13, "b", "a"]
texts = {
    "utf8": pa.array(words),
    "large_utf8": pa.array(words, pa.large_utf8()),
    "view": pa.array(words, pa.string_view()),
    "binary": pa.array([None if w is None else w.encode() for w in words], pa.binary()),
    "large_binary": pa.array([None if w is None else w.encode() for w in words], pa.large_binary()),
    "binary_view": pa.array([None if w is None else w.encode() for w in words], pa.binary_view()),
    "fixed": pa.array([b"abc", None] + [b"xyz"] * 7, pa.binary(3)),
    "uuid": pa.array([uuid.UUID(int=7**30 + i).bytes for i in range(9)], pa.uuid()),
    "dictionary": pa.array(words).dictionary_encode(),
    "small_dictionary": pa.DictionaryArray.from_arrays(
        pa.array([0, None, 1, 2, 0, 1, 2, 0, 1], pa.int8()), pa.array(["r", None, "s"])),
    "number_dictionary": pa.array([5, None, 7, 5, 5, 7, 9, 9, 5]).dictionary_encode(),
    "runs": pa.RunEndEncodedArray.from_arrays(
        pa.array([2, 3, 7, 9], pa.int32()), pa.array(["p", None, "q", "r"])),
}
whole = [moment(2026, 11, 29, 15, 48, 16), None, moment(1969, 12, 31, 23, 59, 59),
         moment(1970, 1, 1), moment(2000, 2, 29, 12), moment(1, 1, 1), moment(9999, 12, 31),
         moment(1582, 10, 14), moment(1900, 3, 1)]
exact = [None if t is None else t + datetime.timedelta(microseconds=m)
         for t, m in zip(whole, [123456, 0, 999999, 0, 1, 120000, 500000, 0, 10])]
counts = [1, None, -1, 86_399, 0, 3_600, 59, 60, 7]
clocks = [1, None, 0, 86_399, 43_200, 3_600, 59, 60, 7]
moments = {
    "date32": pa.array([None if t is None else t.date() for t in whole], pa.date32()),
    "date64": pa.array([None if t is None else t.date() for t in whole], pa.date64()),
    "seconds": pa.array(whole, pa.timestamp("s")),
    "milliseconds": pa.array(whole, pa.timestamp("ms")),
    "microseconds": pa.array(exact, pa.timestamp("us")),
    "nanoseconds": pa.array([1, None, -1, 1_795_967_296_123_456_789, 0, 2, 3, 4, 5],
                            pa.timestamp("ns")),
    "zone": pa.array(exact, pa.timestamp("us", "Europe/Berlin")),
    "time_s": pa.array(clocks, pa.time32("s")),
    "time_ms": pa.array([None if c is None else c * 1000 + 7 for c in clocks], pa.time32("ms")),
    "time_us": pa.array([None if c is None else c * 10**6 + 7 for c in clocks], pa.time64("us")),
    "time_ns": pa.array([None if c is None else c * 10**9 + 7 for c in clocks], pa.time64("ns")),
    "duration_s": pa.array(counts, pa.duration("s")),
    "duration_ns": pa.array(counts, pa.duration("ns")),
}
chats = [[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], None, [],
         [{"role": "user", "content": None}], [None], [{"role": "user", "content": "1"}] * 3, [],
         [{"role": "system", "content": "é"}], None]
message = pa.struct([("role", pa.string()), ("content", pa.string())])
lists = [[1.5, 2.5], None, [], [3.5], [None, 4.5], [5.5] * 3, [], [6.5], None]
nested = {
    "list": pa.array(lists, pa.list_(pa.float32())),
    "large_list": pa.array(lists, pa.large_list(pa.float64())),
    "list_view": pa.array(lists, pa.list_view(pa.float64())),
    "mixed_view": pa.ListViewArray.from_arrays(
        pa.array([4, 0, 1, 2, 3, 0, 0, 4, 1], pa.int32()),
        pa.array([1, 2, 3, 0, 2, 5, 1, 1, 1], pa.int32()), pa.array(["a", "b", "c", "d", "e"])),
    "fixed_list": pa.array([[1, 2], None, [3, 4]] * 3, pa.list_(pa.int16(), 2)),
    "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}] * 3,
                       pa.struct([("a", pa.int32()), ("b", pa.string())])),
    "map": pa.array([[("k", 1)], None, []] * 3, pa.map_(pa.string(), pa.int64())),
    "messages": pa.array(chats, pa.list_(message)),
    "message_views": pa.array(chats, pa.large_list(
        pa.struct([("role", pa.string_view()), ("content", pa.string_view())]))),
    "names": pa.ListArray.from_arrays(
        pa.array([0, 2, 2, 3, 5, 6, 6, 6, 7, 8], pa.int32()),
        pa.array(["a", "b", "a", "c", "a", "b", "b", "a"]).dictionary_encode()),
}

write("numbers.arrow", pa.table(numbers))
write("numbers_stream.arrows", pa.table(numbers), stream=True, rows=4, compression="zstd")
write("texts.arrow", pa.table(texts))
write("texts_zstd.arrow", pa.table(texts), rows=4, compression="zstd", unify_dictionaries=True)
write("times.arrow", pa.table(moments), compression="lz4", rows=5)
write("nested.arrow", pa.table(nested), rows=4)
write("nested_lz4.arrows", pa.table(nested), stream=True, compression="lz4")
# Slices: offsets that do not begin at 0 where they are written, rows of runs cut off.
write("sliced.arrow", pa.table(numbers | texts | nested).slice(3, 4))
write("old.arrows", pa.table({k: texts[k] for k in ["utf8", "dictionary"]} | {"n": numbers["int64"]}),
      stream=True, metadata_version=pa.ipc.MetadataVersion.V4, use_legacy_format=True)
write("old.arrow", pa.table({"utf8": texts["utf8"], "n": numbers["double"]}),
      metadata_version=pa.ipc.MetadataVersion.V4)
write("numbers_large.arrow", pa.table({"n": pa.array([1, 2**63, None, 2**64 - 1], pa.uint64())}))
compressible = pa.table({"prompt_id": pa.array([f"prompt-{i // 4}" for i in range(200)]),
                         "score": pa.array([i * 0.25 for i in range(200)]),
                         "label": pa.array([i % 4 == 0 for i in range(200)])})
pyarrow.feather.write_feather(compressible, "scores.feather", chunksize=64)
expect("scores.feather", compressible)

# Dictionaries that grow, and that are replaced.
parts = [pa.array(["a", "b", "a"]).dictionary_encode(),
         pa.DictionaryArray.from_arrays(pa.array([2, 0], pa.int32()), pa.array(["a", "b", "c"])),
         pa.DictionaryArray.from_arrays(pa.array([3, None, 1], pa.int32()),
                                        pa.array(["a", "b", "c", "d"]))]
for name, batches, deltas in [
    ("delta.arrows", parts, True),
    ("delta.arrow", parts, True),
    ("replaced.arrows", parts + [pa.array(["z", "a", "y"]).dictionary_encode()], False),
]:
    table = pa.Table.from_batches([pa.record_batch({"name": part}) for part in batches])
    make = pa.ipc.new_stream if name.endswith("s") else pa.ipc.new_file
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)
    with make(name, table.schema, options=options) as writer:
        for part in batches:
            writer.write_batch(pa.record_batch({"name": part}))
    expected[name] = {"name": [value for part in batches for value in part.to_pylist()]}

# polars: views, categories.
frame = polars.DataFrame({
    "id": ["a", "b", None, "a long text of more than twelve bytes"] * 3,
    "score": [1.5, None, 2.5, -3.0] * 3,
    "rank": polars.Series([1, 2, 3, 4] * 3, dtype=polars.UInt8),
    "kind": polars.Series(["x", "y", "x", None] * 3, dtype=polars.Categorical),
    "side": polars.Series(["l", "r", "l", None] * 3, dtype=polars.Enum(["l", "r"])),
    "tags": [["a"], [], None, ["b", "c"]] * 3,
    "turn": [{"role": "user", "n": 1}, {"role": "x", "n": None}] * 6,
    "when": [moment(2026, 11, 29, 15, 48, 16, 123456), None] * 6,
    "day": [date(2026, 11, 29), None] * 6,
    "price": polars.Series([decimal.Decimal("1.25"), None] * 6, dtype=polars.Decimal(10, 2)),
    "ok": [True, None, False] * 4,
    "pair": polars.Series([[1, 2], None] * 6, dtype=polars.Array(polars.Int32, 2)),
})
for name, compression in [("polars.arrow", "uncompressed"), ("polars_zstd.arrow", "zstd"),
                          ("polars_lz4.arrow", "lz4")]:
    frame.write_ipc(name, compression=compression)
    expect(name, frame.to_arrow())
frame.write_ipc_stream("polars.arrows")
expect("polars.arrows", frame.to_arrow())

# pandas: an index of row numbers, one with a name, one without.
frame = pandas.DataFrame({"score": [1.5, 2.5, 3.5], "id": ["a", "b", "c"]}, index=[7, 8, 9])
frame["kind"] = frame["id"].astype("category")
for name, frame, hidden in [
    ("pandas.arrow", frame, ["__index_level_0__"]),
    ("pandas_named.arrow", frame.set_index("id"), []),
    ("pandas_range.arrow", frame.reset_index(drop=True), []),
]:
    table = pa.Table.from_pandas(frame)
    with pa.ipc.new_file(name, table.schema) as writer:
        writer.write_table(table)
    expect(name, table, hidden)

# DuckDB: decimals and huge integers.
table = duckdb.sql("select i as id, 1.5 * i as score, sum(i) over () as total, 'p' || i as prompt "
                   "from range(5) t(i)").to_arrow_table()
write("duckdb.arrow", table)

# datasets: folders, and its cache.
rows = {"prompt": [f"p{i}" for i in range(5)], "chosen": [
    [{"role": "user", "content": f"p{i}"}, {"role": "assistant", "content": "y"}]
    for i in range(5)], "score": [i / 2 for i in range(5)]}
dataset = datasets.Dataset.from_dict(rows)
for place in ["dataset", "splits"]:
    shutil.rmtree(place, ignore_errors=True)
dataset.save_to_disk("dataset", num_shards=2)
expected["dataset"] = rows
splits = datasets.DatasetDict({"train": dataset.select(range(2)), "test": dataset.select([4])})
splits.save_to_disk("splits")
expected["splits/train"] = {key: values[:2] for key, values in rows.items()}
expected["splits/test"] = {key: values[4:] for key, values in rows.items()}

with open("expected.json", "w") as file:
    json.dump(expected, file, ensure_ascii=False, indent=0, sort_keys=True)
    file.write("\n")
