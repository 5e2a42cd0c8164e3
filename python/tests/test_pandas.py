"""What pandas' data frames may hold, each right or refused."""
import numpy as np
import pytest

import tare

pd = pytest.importorskip("pandas")
PENALTY = {
    "method": "penalty", "coefficient": 0.01, "label": "none", "score": "score", "group": "prompt_id",
    "covariate": "length"}


@pytest.fixture
def frame(columns):
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def expected(columns):
    return tare.calibrate(columns, **PENALTY).table["calibrated"]


def calibrated(frame, **options):
    return tare.calibrate(frame, **(PENALTY | options)).table["calibrated"].to_numpy()


SAME = {
    "nullable": lambda f: f.assign(score=f.score.astype("Float64"), length=f.length.astype("Int64")),
    "arrow's": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
    "unsigned": lambda f: f.assign(length=f.length.astype("uint64")),
    "float32 lengths": lambda f: f.assign(length=f.length.astype("float32")),
    "big endian": lambda f: f.assign(score=f.score.astype(">f8"), length=f.length.astype(">i4")),
    "sparse": lambda f: f.assign(length=pd.arrays.SparseArray(f.length)),
    "objects": lambda f: f.assign(score=f.score.astype(object), length=f.length.astype(object)),
    "categorical": lambda f: f.assign(prompt_id=f.prompt_id.astype("category"), length=f.length.astype("category")),
    "categories without rows": lambda f: f.assign(
        prompt_id=pd.Categorical(f.prompt_id, categories=["none", *f.prompt_id.unique()[::-1]])),
    "numbers as categories": lambda f: f.assign(prompt_id=pd.Categorical(np.arange(200) // 2)),
    "lists": lambda f: f.assign(z=[[1, 2]] * 200, y=[np.arange(3)] * 200, x=[{"a": [1]}] * 200),
    "periods": lambda f: f.assign(z=pd.period_range("2020", periods=200), y=pd.interval_range(0, 200)),
    "large ids": lambda f: f.assign(prompt_id=2**62 + np.arange(200) // 2),
    "the largest ids": lambda f: f.assign(prompt_id=np.array([2**64 - 1 - row // 2 for row in range(200)], np.uint64)),
    "other cases": lambda f: f.assign(Score="x", LENGTH=0),
    "whole numbers as names": lambda f: f.assign(**{"7": 1}).rename(columns={"7": 7}),
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_numbers_whatever_the_type(kind, frame, expected):
    assert np.array_equal(calibrated(SAME[kind](frame)), expected)


INDICES = {
    "duplicates": lambda f: f.set_axis(np.zeros(200, int)),
    "shuffled": lambda f: f.set_axis(np.random.default_rng(1).permutation(200)),
    "two levels": lambda f: f.set_index([np.arange(200) // 3, np.arange(200)]),
    "dates": lambda f: f.set_axis(pd.date_range("2024", periods=200)),
    "the prompts": lambda f: f.set_index("prompt_id"),
    "named as a column": lambda f: f.set_axis(pd.Index(np.arange(200), name="score")),
}


@pytest.mark.parametrize("kind", INDICES)
def test_the_index_is_kept_and_does_not_move_rows(kind, frame, expected):
    data = INDICES[kind](frame)
    table = tare.calibrate(data, **PENALTY).table
    assert table.index.equals(data.index) and table.index.names == data.index.names
    assert list(table.columns) == [*data.columns, "calibrated", "bias"]
    assert np.array_equal(table["calibrated"].to_numpy(), expected)
    assert "calibrated" not in data


@pytest.mark.parametrize("names", [
    ("a=b,c", "  ", "--group"), ("'x' \"y\"", "é\nz", "p,q=r"), ("a'", "", "-o"), ("score[]", "@file", "*"), ("%s", "{0}", "$x")])
def test_odd_names_are_names(names, frame, expected):
    score, length, group = names
    data = frame.rename(columns={"score": score, "length": length, "prompt_id": group})
    assert np.array_equal(calibrated(data, score=score, covariate=length, group=group), expected)


def test_numbers_may_be_names(frame, expected):
    data = frame.rename(columns={"score": 0, "length": 1})
    assert np.array_equal(calibrated(data, score=0, covariate=1), expected)


@pytest.mark.parametrize("column, value, found", [
    ("score", np.nan, "null|NaN"), ("score", np.inf, "Infinity"), ("length", pd.NA, "null|NaN"), ("prompt_id", None, "no value")])
def test_what_is_missing_is_refused_by_row_and_index(column, value, found, frame):
    data = frame.assign(length=frame.length.astype("Int64")).set_axis([f"r{row}" for row in range(200)])
    data.loc["r3", column] = value
    with pytest.raises(tare.DataError, match=rf"^DataFrame, row 4 \(index 'r3'\), column '{column}': .*({found})") as caught:
        tare.calibrate(data, **PENALTY)
    error = caught.value
    assert (error.row, error.column, error.file) == (3, column, None)
    assert data.index[error.row] == "r3"


@pytest.mark.parametrize("column, values", [
    ("length", [True, False] * 100), ("length", pd.to_datetime(range(200))), ("length", ["12", "x"] * 100),
    ("score", [{"a": 1.0}] * 200), ("score", [1 + 2j] * 200)])
def test_what_is_no_number_is_refused(column, values, frame):
    with pytest.raises(tare.DataError, match=column):
        tare.calibrate(frame.assign(**{column: values}), **PENALTY)


@pytest.mark.parametrize("values", [[1, "a"] * 100, [1j] * 200, [object()] * 200])
def test_a_column_that_arrow_cannot_hold_is_told_of_and_kept(values, frame, expected):
    data = frame.assign(z=pd.Series(values, dtype=object if not isinstance(values[0], complex) else None))
    with pytest.warns(tare.TareWarning, match="'z' is not used"):
        table = tare.calibrate(data, **PENALTY).table
    assert np.array_equal(table["calibrated"].to_numpy(), expected)
    assert list(table["z"]) == values


def test_columns_of_two_names_or_levels_are_refused(frame):
    with pytest.raises(tare.DataError, match="two columns 'score'"):
        tare.calibrate(pd.concat([frame, frame[["score"]]], axis=1))
    with pytest.raises(tare.DataError, match="several levels"):
        tare.calibrate(pd.DataFrame(frame.to_numpy(), columns=pd.MultiIndex.from_product([["a"], frame.columns])))


def test_ids_that_differ_in_their_last_digit_are_two(frame):
    data = frame.head(4).assign(prompt_id=[2**53, 2**53 + 1, 2**53, 2**53 + 1], label=[1, 1, 0, 0])
    assert tare.evaluate(data).json["overall"]["n"] == 2


@pytest.mark.parametrize("kind", ["int64", "uint64", "Int64"])
def test_whole_numbers_that_float64_has_not_are_refused_where_they_are_numbers(kind, frame):
    large = pd.array([2**53 + 1 + row for row in range(200)], dtype=kind)
    with pytest.raises(tare.DataError, match="row 1, column 'score': expected .*2\\^53.*found 9007199254740993"):
        tare.rank(frame.assign(score=large), score="score")
    with pytest.raises(tare.DataError, match="row 2, column 'words'") as caught:
        tare.calibrate(frame.assign(words=np.where(np.arange(200) == 1, 2**60, 5)), covariate="words")
    assert (caught.value.row, caught.value.column) == (1, "words")
    # A column that is not counted may hold them, as may ids.
    assert len(tare.rank(frame.assign(serial=large), score="score")) == 100


def test_warnings_name_the_callers_line(frame):
    data = frame.assign(z=[1, "a"] * 100)
    with pytest.warns(tare.TareWarning) as caught:
        tare.calibrate(data, **PENALTY)
    assert {warning.filename for warning in caught} == {__file__}


def test_a_frame_of_lists_of_messages_is_scored(model):
    data = pd.DataFrame({"messages": [[{"role": "user", "content": "a"}, {"role": "assistant", "content": c}] for c in "xyx"]})
    scores = tare.score(data.set_axis([5, 5, 1]), model, progress=False).table
    assert list(scores.index) == [5, 5, 1]
    assert scores["score"].iloc[0] == scores["score"].iloc[2] != scores["score"].iloc[1]
