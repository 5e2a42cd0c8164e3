"""Runs of the program: exceptions, warnings, progress, Ctrl-C, import."""
import contextlib
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest

import tare
from tare import _binary
from tare._errors import DataError


class Bar:
    """What tqdm's class is called with, and what becomes of it."""
    bars: list = []

    def __init__(self, total, desc, unit):
        self.total, self.desc, self.unit, self.n, self.is_closed = total, desc, unit, 0, False
        self.seen = []
        Bar.bars.append(self)

    def update(self, n):
        assert n >= 0 and not self.is_closed
        self.n += n
        self.seen.append(self.n)

    def close(self):
        self.is_closed = True


@pytest.fixture
def long_rows():
    return [{"prompt": f"q{row}", "response": f"word{row} " * 150} for row in range(400)]


def test_errors_have_types(columns):
    with pytest.raises(tare.UsageError, match="no_such_option") as caught:
        tare.calibrate(columns, no_such_option=1)
    assert "--" not in str(caught.value) and "Usage" not in str(caught.value)
    with pytest.raises(tare.DataError, match="no column 'score'"):
        tare.evaluate([{"points": 1.0}])
    with pytest.raises(ValueError):
        tare.evaluate([{"points": 1.0}])
    with pytest.raises(TypeError, match="found int"):
        tare.evaluate(3)


def test_columns_are_named_by_a_dict(columns):
    rows = {"question": columns["prompt_id"], "points": columns["score"], "gold": columns["label"]}
    named = {"prompt": "question", "score": "points", "label": "gold"}
    assert tare.evaluate(rows, columns=named).accuracy == tare.evaluate(columns).accuracy
    for name, given in (("columns", {"prompt": "a,b"}), ("where", {"a=b": 1})):
        with pytest.raises(tare.UsageError, match=name):
            tare.evaluate(rows, **{name: given})


RUBRIC = {"right": {"type": "noul", "instructions": "Is it right?"},
          "form": {"type": "choice", "instructions": "Which form?", "criteria": {"list": None, "prose": None}}}


def test_questions_are_answered_by_rows(chat_model):
    rows = [{"prompt": "a", "response": "bc", "mine": 7}, {"prompt": "d", "response": "e", "mine": 8}]
    found = tare.decide(rows, chat_model, questions=RUBRIC, weights={"right": 2, "form": {"list": -1}}, progress=False)
    assert [row["mine"] for row in found.table] == [7, 8] and list(found.table[0])[:3] == ["prompt", "response", "mine"]
    for row, right, form in zip(found.table, found.probabilities("right"), found.probabilities("form")):
        assert list(right) == ["true", "false"] and list(form) == ["list", "prose"]
        assert sum(form.values()) == pytest.approx(1, abs=1e-6)
        assert row["score"] == pytest.approx(2 * right["true"] - form["list"], abs=1e-6)
    alone = tare.decide(rows[1:], chat_model, questions={"questions": RUBRIC}, progress=False)
    assert alone.probabilities("form") == found.probabilities("form")[1:]
    with pytest.raises(KeyError):
        found.probabilities("else")
    with pytest.raises(tare.DataError, match="rank"):
        tare.decide(rows, chat_model, questions={"q": {"type": "rank", "instructions": "?"}}, progress=False)


def test_states_keep_their_members(chat_model):
    rows = [{"state": {"a": 1}, "questions": RUBRIC}, {"state": ["b", 2.5], "questions": RUBRIC}]
    both = tare.decide(rows, chat_model, progress=False)
    assert both.answers == [tare.decide([row], chat_model, progress=False).answers[0] for row in rows]
    assert [row["state"] for row in both.table] == [{"a": 1}, ["b", 2.5]]
    assert set(both.answers[0]) == {"right", "form"}
    with pytest.raises(tare.DataError, match="state"):
        tare.decide([{"state": {1, 2}, "questions": RUBRIC}], chat_model, progress=False)


def test_errors_in_files_name_file_and_line(tmp_path):
    (tmp_path / "scores.csv").write_text("prompt_id,score,length\na,1,5\na,x,7\n")
    with pytest.raises(tare.DataError, match="scores.csv") as caught:
        tare.calibrate(tmp_path / "scores.csv", method="lowess")
    error = caught.value
    assert (error.file, error.line, error.column) == (str(tmp_path / "scores.csv"), 3, "score")
    with pytest.raises(tare.DataError, match="nowhere.csv"):
        tare.calibrate(tmp_path / "nowhere.csv")


def test_errors_keep_their_places_in_other_processes():
    error = DataError("x", file="f", row=3, line=None, column="c")
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is DataError and (str(copied), copied.file, copied.row, copied.column) == ("x", "f", 3, "c")


@pytest.mark.parametrize("message, row, line, column", [
    ("DataFrame, row 4, column 'score': expected a finite number, found null", 3, None, "score"),
    ("a.csv, line 7, column 'it's': expected x, found 'row 9'", None, 7, "it's"),
    ("expected x, found 'line 3, row 9'", None, None, None),
    ("a.csv: expected x, found no column 'score'", None, None, "score"), ("nothing", None, None, None)])
def test_places_are_read_from_messages(message, row, line, column):
    error = DataError.parsed(message)
    assert (error.row, error.line, error.column) == (row, line, column)


def test_a_program_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("TARE_BINARY", "/no/such/tare")
    with pytest.raises(tare.InternalError, match="/no/such/tare"):
        tare.version()


@pytest.mark.parametrize("code, kind", [
    (64, tare.UsageError), (65, tare.DataError), (69, tare.UnavailableError), (70, tare.InternalError),
    (75, tare.UnavailableError), (130, tare.Interrupted), (1, tare.TareError)])
def test_exit_codes_are_exceptions(code, kind, monkeypatch, tmp_path):
    program = tmp_path / "tare"
    program.write_text(f"#!/bin/sh\necho 'tare: it is so' >&2\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("TARE_BINARY", str(program))
    with pytest.raises(kind, match="^it is so$"):
        tare.version()


def test_a_program_that_crashes_is_told_of(monkeypatch, tmp_path):
    program = tmp_path / "tare"
    program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    program.chmod(0o755)
    monkeypatch.setenv("TARE_BINARY", str(program))
    with pytest.raises(tare.InternalError, match="signal 11"):
        tare.version()


def test_long_output_on_both_sides_is_read(monkeypatch, tmp_path):
    program = tmp_path / "tare"
    program.write_text("#!/bin/sh\nyes out | head -c 3000000\nyes told | head -c 3000000 >&2\nexit 70\n")
    program.chmod(0o755)
    monkeypatch.setenv("TARE_BINARY", str(program))
    with pytest.raises(tare.InternalError) as caught:
        tare.version()
    assert len(str(caught.value)) == 3_000_000 - 1


def test_scores_do_not_depend_on_how_they_are_asked_for(model):
    rows = [{"prompt": "a", "response": "bc"}, {"prompt": "a", "response": "d"}]
    scores = tare.score(rows, model, progress=False)
    assert [row["response"] for row in scores.table] == ["bc", "d"]
    paired = tare.score([{"prompt": "a", "chosen": "bc", "rejected": "d"}], model, progress=False)
    assert [row["score"] for row in paired.table] == scores.values.tolist()
    assert [row["role"] for row in paired.table] == ["chosen", "rejected"]
    talks = tare.score([[{"role": "user", "content": "a"}, {"role": "assistant", "content": "bc"}]], model, progress=False)
    assert talks.values[0] == scores.values[0]
    assert scores.metrics()["responses"] == 2 and "2 responses" in scores._repr_html_()
    with pytest.raises(tare.UsageError, match="go together"):
        tare.score(rows, model, store="s.sqlite")
    with pytest.raises(tare.DataError, match="list, row 1") as caught:
        tare.score([{"nothing": 1}], model, progress=False)
    assert "__tare_row__" not in str(caught.value)


def test_models_are_inspected(model, tmp_path):
    found = tare.inspect(model)
    assert found.json["family"] == "llama" and found.can_score
    assert {row["fact"] for row in found.table} >= {"format", "layers"}
    assert "llama" in found._repr_html_()
    # Without its head it cannot score, which is no exception but a finding.
    import json
    config = json.loads((model / "config.json").read_text()) | {"architectures": ["LlamaForCausalLM"]}
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps(config))
    headless = tare.inspect(tmp_path)
    assert isinstance(headless.can_score, bool) and headless.findings
    with pytest.raises(tare.DataError, match="no such file or folder"):
        tare.inspect(tmp_path / "nowhere")


def test_progress_is_a_bar_of_tqdms_kind(model, long_rows):
    Bar.bars.clear()
    tare.score(long_rows, model, progress=Bar)
    (bar,) = Bar.bars
    assert (bar.total, bar.n, bar.is_closed) == (400, 400, True)
    assert len(bar.seen) > 2 and bar.desc


def test_tqdm_itself_is_taken(model, long_rows, capsys):
    tqdm = pytest.importorskip("tqdm")
    tare.score(long_rows[:60], model, progress=tqdm.tqdm)
    assert "60/60" in capsys.readouterr().err


def test_no_progress_is_shown_where_nobody_watches(model, long_rows, capfd):
    tare.score(long_rows[:10], model)
    assert capfd.readouterr().err == ""


def children():
    me = str(os.getpid())
    found = []
    for place in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{place}/stat") as file:
                name, rest = file.read().rsplit(")", 1)
        except OSError:
            continue
        if rest.split()[1] == me and "tare" in name:
            found.append(int(place))
    return found


def stored(store):
    """How many scores a store has."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(*) FROM score").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.fixture
def listens_to_ctrl_c():
    """In a shell's background Ctrl-C is ignored, also by Python."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_the_program(model, long_rows, tmp_path, listens_to_ctrl_c):
    # So many that it is not done before.
    rows = [row | {"prompt": f"{turn}: {row['prompt']}"} for turn in range(10) for row in long_rows]
    store, before, done = tmp_path / "scores.sqlite", children(), threading.Event()

    def interrupt_once_it_stores():
        while not stored(store):
            done.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)
    thread = threading.Thread(target=interrupt_once_it_stores)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        tare.score(rows, model, store=store, run="r", progress=False)
    thread.join()
    assert children() == before and 0 < stored(store) < len(rows)


def test_a_run_that_was_interrupted_goes_on(model, long_rows, tmp_path):
    class Impatient(Bar):
        def update(self, n):
            super().update(n)
            if self.n >= 100:
                raise KeyboardInterrupt
    store, before = tmp_path / "scores.sqlite", children()
    with pytest.raises(KeyboardInterrupt):
        tare.score(long_rows, model, store=store, run="r", progress=Impatient)
    assert children() == before and 100 <= stored(store) < len(long_rows)
    assert Bar.bars[-1].is_closed
    kept = stored(store)
    scores = tare.score(long_rows, model, store=store, run="r", progress=False)
    assert scores.json["computed"] == len(long_rows) - kept
    assert scores.values.tolist() == tare.score(long_rows[:5], model, progress=False).values.tolist() + scores.values.tolist()[5:]


def test_ctrl_c_in_a_terminal_reaches_the_program_through_python_alone():
    child = _binary.started(["sleep", "20"], subprocess.DEVNULL)
    child.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.2)
    _binary._stop(child)
    assert child.returncode == -signal.SIGTERM
    child.stdout.close()


def test_an_import_is_light():
    code = ("import sys; before = set(sys.modules); import tare; "
            "print(*{name.split('.')[0] for name in set(sys.modules) - before})")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"numpy", "pyarrow", "pandas", "polars", "sklearn", "transformers", "torch", "matplotlib", "tqdm", "asyncio", "datasets",
        "http", "concurrent", "email", "html", "unittest", "logging"}
    assert not heavy & set(found)
    assert "LengthCalibrator" in dir(tare) and "__version__" in dir(tare)
    with pytest.raises(AttributeError, match="nothing"):
        tare.nothing


def test_the_command_is_the_program(columns):
    code = "import sys; sys.argv = ['tare', '--version']; from tare._binary import main; main()"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == tare.version() == _binary.version()


def test_types_are_strict():
    pytest.importorskip("mypy")
    folder = os.path.dirname(os.path.dirname(__file__))
    if not os.path.exists(os.path.join(folder, "pyproject.toml")):
        pytest.skip("the sources are not there")
    told = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", os.devnull], cwd=folder, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout
