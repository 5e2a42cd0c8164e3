"""Every kind of table in, the same kind out, with the numbers of the program on the same rows as CSV."""
import csv
import subprocess

import numpy as np
import pyarrow as pa
import pytest

import tare
from tare import _binary

pytestmark = pytest.mark.filterwarnings("ignore::tare.TareWarning")
PENALTY = {"method": "penalty", "coefficient": 0.01, "label": "none"}


def pandas():
    return pytest.importorskip("pandas")


def polars():
    return pytest.importorskip("polars")


def datasets():
    return pytest.importorskip("datasets")


def structured(columns):
    rows = list(zip(*columns.values()))
    return np.array(rows, dtype=[("prompt_id", "U8"), ("score", "f8"), ("length", "i8"), ("label", "i8")])


KINDS = {
    "pandas": lambda columns: pandas().DataFrame(columns),
    "polars": lambda columns: polars().DataFrame(columns),
    "polars in pieces": lambda columns: polars().concat(
        [polars().DataFrame(columns)[:30], polars().DataFrame(columns)[30:]], rechunk=False),
    "arrow": lambda columns: pa.table(columns),
    "arrow in pieces": lambda columns: pa.concat_tables([pa.table(columns).slice(0, 7), pa.table(columns).slice(7)]),
    "batch": lambda columns: pa.RecordBatch.from_pydict(columns),
    "stream": lambda columns: pa.table(columns).to_reader(),
    "datasets": lambda columns: datasets().Dataset.from_dict(columns),
    "dicts": lambda columns: pa.table(columns).to_pylist(),
    "columns": lambda columns: columns,
    "structured": structured,
}


def values(table, name="calibrated"):
    column = [row[name] for row in table] if isinstance(table, list) else table[name]
    return [value.as_py() if isinstance(value, pa.Scalar) else value for value in column]


@pytest.fixture(scope="module")
def by_csv(columns, tmp_path_factory):
    """What the program writes for the same rows."""
    folder = tmp_path_factory.mktemp("csv")
    with open(folder / "in.csv", "w", newline="") as file:
        csv.writer(file).writerows([columns, *zip(*columns.values())])
    subprocess.run(
        [_binary.path(), "calibrate", folder / "in.csv", "--method", "lowess", "--covariate", "length", "-o",
         folder / "out.csv"], check=True, capture_output=True)
    with open(folder / "out.csv", newline="") as file:
        return [float(row["calibrated"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_in_every_kind(kind, columns, by_csv):
    data = KINDS[kind](columns)
    table = tare.calibrate(data, method="lowess").table
    assert isinstance(table, pa.Table if kind == "stream" else type(data))
    assert values(table) == by_csv
    assert list(columns) == ["prompt_id", "score", "length", "label"]


@pytest.mark.parametrize("kind", ["arrow", "arrow in pieces", "batch", "polars", "polars in pieces", "datasets"])
def test_the_other_columns_are_as_they_were(kind, columns):
    data = KINDS[kind](columns)
    table = tare.calibrate(data, **PENALTY).table
    names = table.column_names if hasattr(table, "column_names") else table.schema.names if kind == "batch" else table.columns
    assert list(names) == [*columns, "calibrated", "bias"]
    for name in columns:
        assert values(table, name) == values(data, name)


def test_a_column_that_is_there_is_replaced_in_the_result_alone(columns):
    data = pa.table(columns | {"calibrated": ["before"] * 200})
    table = tare.calibrate(data, **PENALTY).table
    assert table["calibrated"].type == pa.float64() and data["calibrated"].type == pa.string()


def test_vectors_are_calibrated(columns):
    table = tare.calibrate(columns["score"], covariate=columns["length"], group=columns["prompt_id"], **PENALTY).table
    assert np.array_equal(table["calibrated"], tare.calibrate(columns, **PENALTY).table["calibrated"])
    with pytest.raises(tare.DataError, match="each of 200 scores, found 1"):
        tare.calibrate(columns["score"], covariate=columns["length"][:1])


def test_series_give_a_data_frame_with_their_index(columns):
    frame = pandas().DataFrame(columns).sample(frac=1, random_state=2)
    table = tare.calibrate(frame["score"], covariate=frame["length"], group=frame["prompt_id"], **PENALTY).table
    assert list(table.index) == list(frame.index)
    with pytest.raises(tare.DataError, match="another index"):
        tare.calibrate(frame["score"], covariate=frame["length"].sort_index())


def test_files_are_named(columns, by_csv, tmp_path):
    frame = pandas().DataFrame(columns)
    frame.to_parquet(tmp_path / "in.parquet", index=False)
    frame.to_csv(tmp_path / "in.csv.gz", index=False)
    for name in ("in.parquet", "in.csv.gz"):
        assert tare.calibrate(tmp_path / name, method="lowess").table["calibrated"].to_pylist() == by_csv


def test_saved_datasets_are_named(columns, by_csv, tmp_path):
    datasets().Dataset.from_dict(columns).save_to_disk(str(tmp_path / "saved"))
    assert tare.calibrate(tmp_path / "saved", method="lowess").table["calibrated"].to_pylist() == by_csv


@pytest.mark.parametrize("picked", [{"where": "side=A"}, {"where": {"side": "A"}}, {"missing": "drop"}, {"skip_bad_rows": True}])
def test_rows_that_are_left_out_have_no_numbers(picked, columns):
    data = columns | {"side": np.array(["A", "B"] * 100, dtype=object), "score": columns["score"].copy()}
    if "where" not in picked:
        data["score"][1::2] = np.nan
    table = tare.calibrate(data, **PENALTY, **picked).table
    assert np.array_equal(np.isnan(table["calibrated"]), np.arange(200) % 2 == 1)
    bias = columns["score"][::2] - table["calibrated"][::2]
    assert np.ptp(bias - 0.01 * columns["length"][::2]) < 1e-9


def test_rows_that_are_pairs_get_numbers_for_both(columns):
    rows = [
        {"prompt": "q", "chosen": "a" * n, "rejected": "b" * 5, "score_chosen": n / 10, "score_rejected": 0.5}
        for n in (3, 9, 14)]
    table = tare.calibrate(rows, method="penalty", coefficient=0.1).table
    assert [row["calibrated_chosen"] - row["calibrated_rejected"] for row in table] == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_picked_dataset_is_the_rows_that_were_picked(columns):
    data = datasets().Dataset.from_dict(columns).select(range(0, 200, 2))
    table = tare.calibrate(data, **PENALTY).table
    assert np.ptp(np.array(table["calibrated"]) - columns["score"][::2] + 0.01 * columns["length"][::2]) < 1e-12


def test_columns_that_a_dataset_hides_are_read(columns):
    data = datasets().Dataset.from_dict(columns).with_format("numpy", columns=["score"])
    assert len(tare.calibrate(data, **PENALTY).table) == 200


def test_class_labels_are_read_by_their_names():
    library = datasets()
    features = library.Features({
        "prompt_id": library.Value("string"), "score": library.Value("float64"),
        "label": library.ClassLabel(names=["chosen", "rejected"])})
    data = library.Dataset.from_dict({"prompt_id": ["a", "a"], "score": [2.0, 1.0], "label": [0, 1]}, features=features)
    assert tare.evaluate(data).accuracy == 1
    with pytest.raises(TypeError, match="one of its splits, 'train'"):
        tare.evaluate(library.DatasetDict({"train": data}))


def test_members_that_the_first_row_has_not_are_columns():
    rows = [{"prompt_id": "a", "score": 1.0}, {"prompt_id": "a", "score": 2.0, "label": 1}]
    # pyarrow's from_pylist would not see the column at all, and there would be no labels.
    with pytest.raises(tare.DataError, match="label"):
        tare.evaluate(rows)


@pytest.mark.parametrize("data, message", [
    (3, "found int"), (np.zeros((3, 2)), r"found an array of the shape \(3, 2\)"), ({"score": "abc"}, "found str as the column"),
    ({"score": 1.0}, "found float as the column")])
def test_what_is_no_table_is_refused(data, message):
    with pytest.raises(TypeError, match=message):
        tare.evaluate(data)


@pytest.mark.parametrize("data, message", [
    ([{"score": 1.0}, 3], "list, row 2: expected dicts, found int"), ([{1: 2.0}], "found the key 1"),
    ({"score": [1.0], "length": [1, 2]}, "and 2 in 'length'"), ({"score": [1.0], "__tare_row__": [1]}, "__tare_row__"),
    ({0: [1.0], "0": [2.0]}, "found two columns '0'"), ({"a\ud800": [1.0]}, "not Unicode"),
    ({"score": [1.0, 2.0], "prompt_id": [2**70, 1]}, "prompt_id")])
def test_what_cannot_be_right_is_refused(data, message):
    with pytest.raises(tare.DataError, match=message):
        tare.calibrate(data, group="prompt_id")
