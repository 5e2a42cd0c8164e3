"""Makes the Parquet files beside this script, and what they hold (NAME.json, a list a column).

    python3 -m venv venv
    venv/bin/pip install pyarrow==26.0.0 pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 datasets==5.2.0 \
        fastparquet==2026.9.0
    venv/bin/python make_parquet.py

Texts, numbers, booleans and nulls stand in the JSON as they are; NaN and infinities as the strings "nan",
"inf" and "-inf"; times as ISO 8601 text without trailing zeros of no use; decimals as numbers; binary as
text, or hexadecimal where it is none; maps as lists of objects with key and value.
"""

import datetime as dt
import decimal
import json
import math
import pathlib
import random
import uuid

import datasets
import duckdb
import fastparquet
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent


def iso_time(value, digits):
    text = value.strftime("%H:%M:%S")
    return text + (f".{value.microsecond:06d}"[: digits + 1] if value.microsecond else "")


def plain(value, kind):
    if value is None:
        return None
    if pa.types.is_dictionary(kind):
        return plain(value, kind.value_type)
    if pa.types.is_map(kind):
        return [{"key": plain(k, kind.key_type), "value": plain(v, kind.item_type)} for k, v in value]
    if pa.types.is_struct(kind):
        return {f.name: plain(value[f.name], f.type) for f in kind}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [plain(v, kind.value_type) for v in value]
    if pa.types.is_floating(kind):
        value = float(value)
        return value if math.isfinite(value) else str(value)
    if pa.types.is_decimal(kind):
        return float(value)
    if pa.types.is_boolean(kind):
        return bool(value)
    if pa.types.is_uint64(kind):
        return value
    if pa.types.is_integer(kind):
        return int(value)
    if pa.types.is_date(kind):
        return value.isoformat()
    if pa.types.is_time(kind):
        return iso_time(value, 3 if pa.types.is_time32(kind) else 6)
    if isinstance(value, uuid.UUID):
        return str(value)
    if pa.types.is_fixed_size_binary(kind):
        return value.hex()
    if isinstance(value, bytes):
        return value.hex() if kind == "hex" else value.decode()
    return value


def timestamps(column):
    """Nanoseconds are past what datetime holds."""
    unit, zone = column.type.unit, column.type.tz
    digits = {"s": 3, "ms": 3, "us": 6, "ns": 9}[unit]
    per_second = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[unit]
    out = []
    for value in column.cast(pa.int64()).to_pylist():
        if value is None:
            out.append(None)
            continue
        seconds, part = divmod(value, per_second)
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)
        text = f"{moment.year:04d}" + moment.strftime("-%m-%dT%H:%M:%S")
        if part:
            text += f".{part * 10**digits // per_second:0{digits}d}"
        out.append(text + ("Z" if zone else ""))
    return out


def keep(name, hidden=(), **changes):
    """Writes what pyarrow reads of the file; `changes` replace columns that it reads otherwise."""
    table = pq.ParquetFile(HERE / f"{name}.parquet").read()
    columns = {}
    for field, column in zip(table.schema, table.columns):
        if field.name in hidden:
            continue
        if field.name in changes:
            columns[field.name] = changes[field.name]
        elif pa.types.is_timestamp(field.type):
            columns[field.name] = timestamps(column)
        else:
            columns[field.name] = [plain(v, field.type) for v in column.to_pylist()]
    (HERE / f"{name}.json").write_text(json.dumps(columns, ensure_ascii=False) + "\n")


# --- What is in them

rng = random.Random(7)
WORDS = ["", "a", "Grüße", "日本語", "🙂", "best of n", "x" * 40, "line\nbreak", '"quoted"']


def holes(values, share=0.2):
    return [None if rng.random() < share else v for v in values]


def flat(n):
    r = rng.random
    return pa.table({
        "id": pa.array([f"prompt-{i // 4:04d}" for i in range(n)]),
        "text": pa.array(holes([rng.choice(WORDS) + str(i % 5) for i in range(n)])),
        "score": pa.array([rng.gauss(0, 3) for _ in range(n)]),
        "half": pa.array(holes([np.float16(rng.gauss(0, 1)) for _ in range(n)]), pa.float16()),
        "single": pa.array(holes([np.float32(rng.gauss(0, 1)) for _ in range(n)]), pa.float32()),
        "odd": pa.array([[math.nan, math.inf, -math.inf, -0.0, 5e-324][i % 5] for i in range(n)]),
        "label": pa.array(holes([r() < 0.5 for _ in range(n)])),
        "always": pa.array([i % 3 == 0 for i in range(n)]),
        **{f"i{b}": pa.array(holes([rng.randrange(-2**(b-1), 2**(b-1)) for _ in range(n)]), f"int{b}")
           for b in (8, 16, 32, 64)},
        **{f"u{b}": pa.array(holes([rng.randrange(0, 2**b) for _ in range(n)]), f"uint{b}")
           for b in (8, 16, 32)},
        "u64": pa.array([rng.randrange(0, 2**63) for _ in range(n)], pa.uint64()),
        "length": pa.array([rng.randrange(1, 3000) for _ in range(n)]),
        "none": pa.nulls(n),
        "none_text": pa.array([None] * n, pa.string()),
    })


def times(n):
    day = dt.date(1970, 1, 1)
    odd = [-1, 0, 1, 951_782_400, -2_208_988_800, 4_102_444_799, -62_135_596_800]
    def counts(scale):
        limit = 2**62 // scale
        return holes([max(-limit, min(limit, odd[i % 7])) * scale + rng.randrange(scale) for i in range(n)], .1)
    return pa.table({
        "date": pa.array(holes([day + dt.timedelta(days=rng.randrange(-200_000, 200_000)) for _ in range(n)])),
        "s": pa.array(counts(1), pa.timestamp("s")),
        "ms": pa.array(counts(1000), pa.timestamp("ms")),
        "us": pa.array(counts(10**6), pa.timestamp("us", tz="UTC")),
        "ns": pa.array([None if c is None else c // 10 for c in counts(10**9)], pa.timestamp("ns")),
        "t_ms": pa.array([dt.time(i % 24, i % 60, 59, 5000 * (i % 3)) for i in range(n)], pa.time32("ms")),
        "t_us": pa.array([dt.time(i % 24, 0, 0, i) for i in range(n)], pa.time64("us")),
    })


def decimals(n):
    def number(digits, scale):
        value = rng.randrange(-10**digits + 1, 10**digits)
        return decimal.Decimal(value).scaleb(-scale, decimal.Context(prec=80))
    return pa.table({
        "d32": pa.array(holes([number(9, 2) for _ in range(n)]), pa.decimal128(9, 2)),
        "d64": pa.array(holes([number(18, 6) for _ in range(n)]), pa.decimal128(18, 6)),
        "d128": pa.array(holes([number(38, 10) for _ in range(n)]), pa.decimal128(38, 10)),
        "d256": pa.array(holes([number(60, 30) for _ in range(n)]), pa.decimal256(76, 30)),
        "fixed": pa.array(holes([bytes(rng.randrange(256) for _ in range(5)) for _ in range(n)]), pa.binary(5)),
        "binary": pa.array([rng.choice(WORDS).encode() for _ in range(n)], pa.binary()),
        "uuid": pa.array([uuid.UUID(int=rng.getrandbits(128)).bytes for _ in range(n)], pa.uuid()),
    })


def message():
    return {"role": rng.choice(["user", "assistant", None]), "content": rng.choice(WORDS + [None])}


def nested(n):
    def maybe(value, share=0.15):
        return None if rng.random() < share else value
    def several(make, most=3):
        return [make() for _ in range(rng.randrange(most + 1))]
    turn = pa.struct([("role", pa.string()), ("content", pa.string())])
    return pa.table({
        "messages": pa.array([maybe(several(lambda: maybe(message()))) for _ in range(n)], pa.list_(turn)),
        "scores": pa.array([maybe(several(lambda: maybe(rng.random()))) for _ in range(n)], pa.list_(pa.float64())),
        "dense": pa.array([[1.5, 2.5]] * n, pa.list_(pa.field("element", pa.float32(), nullable=False))),
        "deep": pa.array([maybe(several(lambda: maybe(several(lambda: maybe(several(lambda: maybe(rng.randrange(9)))))))) for _ in range(n)],
                         pa.list_(pa.list_(pa.list_(pa.int32())))),
        "info": pa.array([maybe({"model": maybe("m"), "usage": maybe({"tokens": maybe(rng.randrange(99)), "tags": maybe(several(lambda: "t"))})}) for _ in range(n)],
                         pa.struct([("model", pa.string()), ("usage", pa.struct([("tokens", pa.int64()), ("tags", pa.list_(pa.string()))]))])),
        "strict": pa.array([{"a": i, "b": [i]} for i in range(n)],
                           pa.struct([pa.field("a", pa.int64(), nullable=False), pa.field("b", pa.list_(pa.int64()), nullable=False)])),
        "map": pa.array([maybe([(f"k{j}", maybe(j)) for j in range(rng.randrange(3))]) for _ in range(n)], pa.map_(pa.string(), pa.int64())),
        "nothing": pa.array([maybe([None] * rng.randrange(3)) for _ in range(n)], pa.list_(pa.null())),
        "fixed_list": pa.array([[i, None] for i in range(n)], pa.list_(pa.int64(), 2)),
        "words": pa.array([several(lambda: rng.choice(WORDS[:4])) for _ in range(n)], pa.list_(pa.string())),
    })


def arrow(name, table, hidden=(), **options):
    pq.write_table(table, HERE / f"{name}.parquet", **options)
    keep(name, hidden)


# --- pyarrow

for codec in ("none", "snappy", "gzip", "zstd", "lz4"):
    arrow(f"pyarrow_{codec}", flat(60), compression=codec)
arrow("pyarrow_v2", flat(300), compression="zstd", data_page_version="2.0", row_group_size=100)
arrow("pyarrow_plain", flat(120), use_dictionary=False, row_group_size=50, write_page_checksum=True)
# A dictionary that grows too large, so that plain pages follow; many pages.
arrow("pyarrow_fallback", flat(400), dictionary_pagesize_limit=300, data_page_size=256,
      write_batch_size=16, row_group_size=250)
arrow("pyarrow_times", times(50), version="2.6")
arrow("pyarrow_decimals", decimals(50), store_decimal_as_integer=True)
arrow("pyarrow_nested", nested(80), row_group_size=30)
arrow("pyarrow_nested_v2", nested(80), data_page_version="2.0", compression="zstd", data_page_size=64,
      write_batch_size=4)
arrow("pyarrow_legacy_lists", nested(30), use_compliant_nested_type=False)
arrow("pyarrow_empty", flat(10).slice(0, 0))
arrow("pyarrow_one_row", nested(1))
delta = flat(300).select(["id", "text", "i32", "i64", "length", "score", "single", "half", "label", "always"])
delta = delta.append_column("fixed", pa.array([bytes([i % 256, 7, i // 256]) for i in range(300)], pa.binary(3)))
arrow("pyarrow_delta", delta, use_dictionary=False, data_page_version="2.0", compression="none", column_encoding={
    "id": "DELTA_BYTE_ARRAY", "text": "DELTA_LENGTH_BYTE_ARRAY", "i32": "DELTA_BINARY_PACKED",
    "i64": "DELTA_BINARY_PACKED", "length": "DELTA_BINARY_PACKED", "score": "BYTE_STREAM_SPLIT",
    "single": "BYTE_STREAM_SPLIT", "half": "BYTE_STREAM_SPLIT", "fixed": "DELTA_BYTE_ARRAY",
    "label": "RLE", "always": "RLE"})
split = flat(40).select(["i32", "length"])
arrow("pyarrow_split", split, use_dictionary=False, column_encoding={c: "BYTE_STREAM_SPLIT" for c in split.column_names})
moments = pa.table({"at": pa.array([0, 1, -1, 951_782_400_123_456, -2_208_988_800_000_001], pa.timestamp("us"))})
pq.write_table(moments, HERE / "pyarrow_int96.parquet", use_deprecated_int96_timestamps=True)
keep("pyarrow_int96", at=["1970-01-01T00:00:00", "1970-01-01T00:00:00.000001000",
                          "1969-12-31T23:59:59.999999000", "2000-02-29T00:00:00.123456000",
                          "1899-12-31T23:59:59.999999000"])
large = pa.table({"u": pa.array([1, 2**64 - 1, None], pa.uint64())})
pq.write_table(large, HERE / "pyarrow_u64.parquet")
keep("pyarrow_u64", u=["1", str(2**64 - 1), None])
raw = pa.table({"bytes": pa.array([b"\xff\xd8", b"ok", None], pa.binary())})
pq.write_table(raw, HERE / "pyarrow_binary.parquet")
keep("pyarrow_binary", bytes=["ffd8", "6f6b", None])

# --- pandas

frame = pd.DataFrame({"id": ["a", "a", "b"], "score": [1.5, np.nan, -2.0], "length": [3, 4, 5], "group": pd.Categorical(["x", "y", "x"])})
frame.to_parquet(HERE / "pandas_range.parquet")
keep("pandas_range")
frame[frame.length != 4].to_parquet(HERE / "pandas_index.parquet")
keep("pandas_index", hidden=["__index_level_0__"])
frame.set_index("id").to_parquet(HERE / "pandas_named.parquet")
keep("pandas_named")

# --- polars

polars = pl.from_arrow(pa.table({**{c: flat(90)[c] for c in ("id", "text", "score", "single", "label", "i8", "i32", "i64", "u8", "u32", "length", "none_text")}, }))
polars = polars.with_columns(pl.col("id").cast(pl.Categorical), when=pl.lit(dt.datetime(2024, 2, 29, 1, 2, 3, 450000)),
                             day=pl.lit(dt.date(2024, 2, 29)),
                             messages=pl.Series([[message() for _ in range(i % 4)] for i in range(90)], dtype=pl.List(pl.Struct({"role": pl.String, "content": pl.String}))))
for name, options in {"polars": {}, "polars_plain": {"compression": "uncompressed", "row_group_size": 25},
                      "polars_snappy": {"compression": "snappy", "data_page_size": 200}}.items():
    polars.write_parquet(HERE / f"{name}.parquet", **options)
    keep(name)

# --- DuckDB

connection = duckdb.connect()
query = """
    SELECT 'p' || (i // 4) AS id, CASE WHEN i % 7 = 0 THEN NULL ELSE i * 0.25 END::DOUBLE AS score, i::INTEGER AS length,
        i % 2 = 0 AS label, (i % 5)::UTINYINT AS small, i::HUGEINT % 3 AS huge, (i * 1.37)::DECIMAL(10, 2) AS price,
        DATE '2024-02-28' + i::INTEGER AS day, TIMESTAMP '2024-01-01 10:00:00' + to_seconds(i) AS at,
        [{'role': 'user', 'content': 'q' || i}, {'role': 'assistant', 'content': NULL}] AS messages,
        CASE WHEN i % 3 = 0 THEN NULL ELSE range(i % 4) END AS list, map {'k': i} AS map, ('w' || i % 3)::BLOB AS bytes
    FROM range(100) t(i)"""
for name, options in {"duckdb": "", "duckdb_v2": ", PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE 2048",
                      "duckdb_plain": ", COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1"}.items():
    connection.execute(f"COPY ({query}) TO '{HERE}/{name}.parquet' (FORMAT parquet{options})")
    keep(name)

# --- fastparquet

fast = pd.DataFrame({"id": [f"p{i}" for i in range(50)], "score": [i / 7 for i in range(50)], "length": range(50),
                     "label": [i % 2 == 0 for i in range(50)], "gap": pd.array([None if i % 5 == 0 else i for i in range(50)], dtype="Int64"),
                     "part": np.float32(0.5)})
fast["id"] = fast["id"].astype(object)
for name, options in {"fastparquet": {}, "fastparquet_gzip": {"compression": "GZIP", "row_group_offsets": 20}}.items():
    fastparquet.write(str(HERE / f"{name}.parquet"), fast, **options)
    keep(name, hidden=["index"])

# --- datasets

datasets.disable_progress_bars()
rows = datasets.Dataset.from_list([
    {"id": f"r{i}", "chosen": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": f"a{i}"}],
     "scores": [float(i), 0.5], "label": i % 2} for i in range(20)])
rows.to_parquet(str(HERE / "datasets.parquet"))
keep("datasets")

# --- What is refused

pq.write_table(flat(5).select(["id"]), HERE / "refused_brotli.parquet", compression="brotli")
broken = pa.table({"id": pa.array(["a", "b", "c"]), "text": pa.array([b"fine", b"fine", b"\xc3("], pa.binary())})
pq.write_table(broken, HERE / "refused_utf8.parquet", use_dictionary=False, compression="none", store_schema=False)
data = bytearray((HERE / "refused_utf8.parquet").read_bytes())
# The column's elements: binary, optional; here with the annotation of text.
at = data.find(b"\x18\x04text")
data[at + 6:at + 7] = b"\x25\x00\x00" if data[at + 6] == 0 else data[at + 6:at + 7]
size = int.from_bytes(data[-8:-4], "little")
data[-8:-4] = (size + 2).to_bytes(4, "little")
(HERE / "refused_utf8.parquet").write_bytes(data)
