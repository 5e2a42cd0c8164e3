"""Results: tables, findings, HTML, plots, and calibrations that are kept and applied."""
import html.parser
import json
import pickle

import numpy as np
import pyarrow as pa
import pytest

import tare

pytestmark = pytest.mark.filterwarnings("ignore::tare.TareWarning")


class Balanced(html.parser.HTMLParser):
    """Whether each element ends where it must."""
    EMPTY = {"br", "meta", "input", "path", "link"}

    def __init__(self, text):
        super().__init__()
        self.open, self.texts = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, _):
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)


@pytest.fixture(scope="module")
def texts():
    return [{"prompt": f"q{row // 3}", "response": "word " * (row % 7 + 1), "score": row % 7 / 2 + row / 100} for row in range(60)]


RESULTS = {
    "calibrate": lambda columns, texts: tare.calibrate(columns),
    "evaluate": lambda columns, texts: tare.evaluate(tare.calibrate(columns).table, length="length"),
    "rank": lambda columns, texts: tare.rank(columns),
    "best_of_n": lambda columns, texts: tare.best_of_n(columns),
    "pairs": lambda columns, texts: tare.pairs(texts, plain=True),
    "smooth": lambda columns, texts: tare.smooth(columns, "length", "score"),
}


@pytest.mark.parametrize("command", RESULTS)
def test_every_result_is_shown_and_counted(command, columns, texts):
    result = RESULTS[command](columns, texts)
    shown = Balanced(result._repr_html_())
    assert any(text.strip() for text in shown.texts)
    assert json.loads(json.dumps(result.json)) == result.json
    assert all(isinstance(value, float) and np.isfinite(value) for value in result.metrics().values()) and result.metrics()
    assert result.rows() and repr(result).startswith(type(result).__name__)
    result.findings


@pytest.mark.parametrize("command", RESULTS)
def test_every_result_is_drawn(command, columns, texts):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, ax = plt.subplots()
    assert RESULTS[command](columns, texts).plot(ax) is ax
    assert ax.has_data()
    figure.canvas.draw()
    plt.close(figure)


def test_names_in_html_are_text(columns):
    rows = columns | {"subset": np.array(["<b>&"] * 200, dtype=object)}
    assert "<b>&amp;" not in tare.evaluate(rows)._repr_html_()
    assert "&lt;b&gt;&amp;" in tare.evaluate(rows)._repr_html_()


def test_auto_says_whether_it_corrected(columns):
    corrected = tare.calibrate(columns)
    assert corrected.is_corrected and np.abs(corrected.table["bias"]).max() > 0
    assert corrected.findings["decision"] == "correct" and corrected.findings["reason"]
    noise = columns | {"score": np.random.default_rng(1).normal(size=200)}
    left = tare.calibrate(noise, label="none")
    assert not left.is_corrected and np.abs(left.table["bias"]).max() == 0


def test_several_models_are_found_apart(columns):
    rows = {name: np.concatenate([values, values]) for name, values in columns.items()}
    rows["rm"] = np.repeat(np.array(["A", "B"], dtype=object), 200)
    result = tare.calibrate(rows)
    assert set(result.findings) == {"A", "B"} and "A/gamma" in result.metrics()
    Balanced(result._repr_html_())


def test_several_models_are_judged_apart(columns):
    rows = {name: np.concatenate([values, values]) for name, values in columns.items()}
    rows["rm"] = np.repeat(np.array(["A", "B"], dtype=object), 200)
    rows["score"][200:] *= -1
    found = tare.evaluate(rows)
    assert found.parts["A"].accuracy == tare.evaluate(columns).accuracy == found.metrics()["A/accuracy"]
    assert [row["part"] for row in found.table] == ["A", "B"] and [row["name"] for row in found.leaderboard] == ["A", "B"]
    assert "A=" in repr(found) and "<td>B</td>" in found._repr_html_()
    with pytest.raises(tare.UsageError, match="one of parts, A, B"):
        found.accuracy


def test_a_calibration_is_kept_and_applied(columns, tmp_path):
    fitted = tare.Calibration.fit(columns, method="lowess")
    fitted.save(tmp_path / "c.json")
    loaded = tare.Calibration.load(tmp_path / "c.json")
    assert loaded == fitted == pickle.loads(pickle.dumps(fitted)) and loaded.method == "lowess"
    once = tare.calibrate(columns, method="lowess").table["calibrated"]
    assert np.array_equal(loaded.apply(columns).table["calibrated"], once)
    assert np.array_equal(loaded.apply(pa.table(columns)).table["calibrated"].to_numpy(), once)
    assert loaded.apply(columns).calibration is None
    for content in ("[1]", "{", "{}"):
        (tmp_path / "other.json").write_text(content)
        with pytest.raises(tare.DataError, match="saved calibration") as caught:
            tare.Calibration.load(tmp_path / "other.json")
        assert caught.value.file == str(tmp_path / "other.json")


def test_what_saving_means_is_told_when_somebody_saves(columns, tmp_path, recwarn):
    fitted = tare.calibrate(columns, method="lowess", covariate="length").calibration
    assert not recwarn.list
    with pytest.warns(tare.TareWarning, match="'length'"):
        fitted.save(tmp_path / "c.json")


def test_accuracy_is_the_share_of_right_pairs(columns):
    found = tare.evaluate(columns, length="length")
    chosen = columns["score"][columns["label"] == 1]
    rejected = columns["score"][columns["label"] == 0]
    assert found.accuracy == np.mean(chosen > rejected)
    assert found.interval[0] < found.accuracy < found.interval[1]
    by_vectors = tare.evaluate(columns["score"], group=columns["prompt_id"], label=columns["label"], length=columns["length"])
    assert by_vectors.json["overall"] == found.json["overall"]
    against = tare.evaluate(columns, against=columns | {"score": -columns["score"]})
    assert against.findings["against"]["overall"]["n"] == 100


def test_both_scores_are_judged_where_there_are_both(columns):
    found = tare.evaluate(tare.calibrate(columns).table)
    assert found.accuracy > found.raw_accuracy == tare.evaluate(columns).accuracy
    assert found.table[0]["raw"] == found.raw_accuracy and found.table[0]["calibrated"] == found.accuracy


def test_ranks_say_which_rows_they_are(columns):
    order = np.random.default_rng(3).permutation(200)
    rows = {name: values[order] for name, values in columns.items()}
    ranking = tare.rank(rows, top=1)
    assert len(ranking) == 100 and ranking.table["rank"].tolist() == [1] * 100
    picked = ranking.table["row"]
    assert np.array_equal(rows["prompt_id"][picked], ranking.table["id"])
    assert np.array_equal(rows["score"][picked], ranking.table["score"])
    best = {prompt: max(rows["score"][rows["prompt_id"] == prompt]) for prompt in rows["prompt_id"]}
    assert dict(zip(ranking.table["id"], ranking.table["score"])) == best


def test_ids_of_ranks_are_those_of_the_table(columns):
    for ids in (np.arange(200) // 2, 2**60 + np.arange(200) // 2, np.arange(200) // 2 * 1.0):
        assert set(tare.rank(columns | {"prompt_id": ids}).table["id"].tolist()) == set(ids.tolist())


def test_a_calibration_goes_before_the_ranks(columns):
    fitted = tare.Calibration.fit(columns, method="lowess")
    ranked = tare.rank(columns, calibration=fitted).table
    calibrated = fitted.apply(columns).table["calibrated"]
    assert np.array_equal(ranked["score"], calibrated[ranked["row"]])


def test_best_of_n_is_the_mean_and_the_mean_of_the_best(columns):
    first, second = tare.best_of_n(columns).table
    assert first["score"] == pytest.approx(columns["score"].mean())
    assert second["score"] == pytest.approx(columns["score"].reshape(100, 2).max(axis=1).mean())
    with pytest.raises(TypeError, match="best_of_n"):
        tare.rank(columns, curve=True)


def test_pairs_are_the_best_and_the_worst(texts):
    found = tare.pairs(texts, plain=True)
    assert len(found) == found.json["pairs"] == 20
    for pair in found.table:
        own = [row["score"] for row in texts if row["prompt"] == pair["prompt"]]
        assert (pair["score_chosen"], pair["score_rejected"]) == (max(own), min(own))


def test_curves_are_of_columns_and_of_vectors(columns):
    named = tare.smooth(columns, "length", "score", frac=0.5)
    vectors = tare.smooth(columns["length"], columns["score"], frac=0.5)
    words = tare.smooth(x=columns["length"], y=columns["score"], frac=0.5, weights=np.ones(200))
    assert [row["fitted"] for row in named.table] == [row["fitted"] for row in vectors.table]
    assert np.allclose([row["fitted"] for row in named.table], [row["fitted"] for row in words.table], rtol=0, atol=1e-9)
    assert [row["x"] for row in tare.smooth(columns, "length", "score", at=[100, 200.5]).table] == [100, 200.5]
    for arguments in ((columns,), ("length", "score"), (columns, "length")):
        with pytest.raises(TypeError, match="expected smooth"):
            tare.smooth(*arguments)


def test_a_report_is_a_page_and_its_parts(columns, tmp_path):
    page = tare.report(tare.calibrate(columns).table, length="length", title="Which one?")
    assert "Which one?" in page.html and {"answer", "accuracy", "length-curve"} <= set(page.sections)
    page.save(tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text() == page.html
    part = page.part("accuracy", "answer")
    assert part.sections == ["answer", "accuracy"] and len(part.html) < len(page.html)
    assert 'id="changes"' not in part.html
    frame = page._repr_html_()
    assert frame.count("<iframe") == 1 and "<section" not in frame
    with pytest.raises(KeyError, match="expected answer"):
        page.part("nothing")
