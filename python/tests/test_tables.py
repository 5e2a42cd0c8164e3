"""Every kind of table in, the same kind out, with the numbers of the program on the same rows as CSV."""
import csv
import json
import subprocess

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tare
from tare import _binary

ROWS = 200


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(7)
    length = random.integers(10, 900, ROWS)
    quality = random.normal(size=ROWS)
    frame = pd.DataFrame({
        "prompt_id": [f"p{row // 2}" for row in range(ROWS)], "score": quality + length / 300, "length": length,
        "label": [int(quality[row] > quality[row ^ 1]) for row in range(ROWS)]})
    # An index that is not the rows' numbers.
    return frame.set_index(pd.Index(range(1000, 1000 + ROWS)).to_series().sample(frac=1, random_state=1).to_numpy())


@pytest.fixture(scope="module")
def by_csv(frame, tmp_path_factory):
    """What the program writes for the same rows."""
    folder = tmp_path_factory.mktemp("csv")
    frame.to_csv(folder / "in.csv", index=False)
    subprocess.run(
        [_binary.path(), "calibrate", folder / "in.csv", "--method", "lowess", "--covariate", "length", "-o",
         folder / "out.csv"], check=True, capture_output=True)
    with open(folder / "out.csv", newline="") as file:
        return [float(row["calibrated"]) for row in csv.DictReader(file)]


KINDS = {
    "pandas": lambda frame: frame,
    "polars": lambda frame: pl.from_pandas(frame),
    "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "batch": lambda frame: pa.RecordBatch.from_pandas(frame, preserve_index=False),
    "datasets": lambda frame: datasets.Dataset.from_pandas(frame, preserve_index=False),
    "dicts": lambda frame: frame.to_dict("records"),
    "columns": lambda frame: {name: frame[name].to_numpy() for name in frame},
}


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_numbers_in_every_kind(kind, frame, by_csv):
    data = KINDS[kind](frame)
    table = tare.calibrate(data, method="lowess").table
    if kind != "batch":
        assert type(table) is type(data)
    values = [row["calibrated"] for row in table] if kind == "dicts" else list(table["calibrated"])
    values = [value.as_py() if isinstance(value, pa.Scalar) else value for value in values]
    assert values == by_csv
    if kind == "pandas":
        assert list(table.index) == list(frame.index)
        assert list(table.columns) == [*frame.columns, "calibrated", "bias"]
    assert list(frame.columns) == ["prompt_id", "score", "length", "label"]


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_a_picked_dataset_is_the_rows_that_were_picked(frame):
    data = datasets.Dataset.from_pandas(frame, preserve_index=False).select(range(0, ROWS, 2))
    table = tare.calibrate(data, method="penalty", coefficient=0.01, label="none").table
    expected = frame["score"].to_numpy()[::2] - 0.01 * frame["length"].to_numpy()[::2]
    differences = np.array(table["calibrated"]) - expected
    assert np.ptp(differences) < 1e-12


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_files_are_named(frame, by_csv, tmp_path):
    frame.to_parquet(tmp_path / "in.parquet", index=False)
    frame.to_csv(tmp_path / "in.csv.gz", index=False)
    datasets.Dataset.from_pandas(frame, preserve_index=False).save_to_disk(tmp_path / "saved")
    for name in ("in.parquet", "in.csv.gz", "saved"):
        table = tare.calibrate(tmp_path / name, method="lowess").table
        assert table["calibrated"].to_pylist() == by_csv


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_rows_that_are_left_out_have_no_numbers(frame):
    broken = frame.copy()
    broken.iloc[3, broken.columns.get_loc("score")] = np.nan
    table = tare.calibrate(broken, method="lowess", missing="drop").table
    assert len(table) == ROWS
    assert np.flatnonzero(table["calibrated"].isna()).tolist() == [3]
    with pytest.raises(tare.BadData, match="row 4, column 'score'"):
        tare.calibrate(broken, method="lowess")


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_a_calibration_is_kept_and_applied(frame, tmp_path):
    fitted = tare.Calibration.fit(frame, method="lowess")
    fitted.save(tmp_path / "c.json")
    loaded = tare.Calibration.load(tmp_path / "c.json")
    once = tare.calibrate(frame, method="lowess").table["calibrated"]
    assert list(loaded.apply(frame).table["calibrated"]) == list(once)
    other = tare.calibrate(frame, method="lowess").calibration
    assert other.content.keys() == json.loads((tmp_path / "c.json").read_text()).keys()


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_auto_says_whether_it_corrected(frame):
    corrected = tare.calibrate(frame)
    assert corrected.is_corrected and corrected.table["bias"].abs().max() > 0
    noise = frame.assign(score=np.random.default_rng(1).normal(size=ROWS), label=0)
    left = tare.calibrate(noise, label="none")
    assert not left.is_corrected and left.table["bias"].abs().max() == 0


@pytest.mark.filterwarnings("ignore::tare.TareWarning")
def test_class_labels_are_read_by_their_names():
    features = datasets.Features({
        "prompt_id": datasets.Value("string"), "score": datasets.Value("float64"),
        "label": datasets.ClassLabel(names=["chosen", "rejected"])})
    data = datasets.Dataset.from_dict({"prompt_id": ["a", "a"], "score": [2.0, 1.0], "label": [0, 1]}, features=features)
    assert tare.evaluate(data).accuracy == 1


def test_accuracy_is_the_share_of_right_pairs(frame):
    found = tare.evaluate(frame, length="length")
    scores = frame.sort_values(["prompt_id", "label"])["score"].to_numpy().reshape(-1, 2)
    assert found.accuracy == np.mean(scores[:, 1] > scores[:, 0])
    assert found.interval[0] < found.accuracy < found.interval[1]
    assert "accuracy" in found._repr_html_()
    against = tare.evaluate(frame, against=frame.assign(score=-frame["score"]))
    assert against.json["against"]["overall"]["n"] == ROWS // 2


def test_ranks_and_pairs(frame):
    ranked = tare.rank(frame, top=1)
    assert isinstance(ranked, pd.DataFrame)
    best = frame.groupby("prompt_id")["score"].max()
    assert dict(zip(ranked["id"], ranked["score"])) == best.to_dict()
    rows = [{"prompt": "Hi", "response": text, "score": score} for text, score in (("Hello!", 2.0), ("No.", -1.0))]
    assert tare.pairs(rows, plain=True)[0]["rejected"] == "No."


def test_errors_have_types():
    with pytest.raises(tare.UsageError):
        tare.calibrate([{"score": 1.0}], no_such_option=1)
    with pytest.raises(tare.BadData, match="no column 'score'"):
        tare.evaluate([{"points": 1.0}])
    with pytest.raises(TypeError, match="found int"):
        tare.evaluate(3)
