"""Every example of docs/python.md runs and prints what stands there, and the notebook decides what it decided."""
import doctest
import pathlib

import pytest

import tare

ROOT = pathlib.Path(__file__).parents[2]


def test_every_example_of_the_page_runs(model, chat_model, tmp_path, monkeypatch):
    page = ROOT / "docs" / "python.md"
    if not page.exists():
        pytest.skip("the page is not there")
    for library in ("pandas", "sklearn", "matplotlib"):
        pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest(page.read_text(), {"model": str(model), "chat_model": str(chat_model)}, page.name, str(page), 0)
    functions = {name for name in tare.__all__ if name[0].islower()} - {"version"}
    assert functions == {name for name in functions if f"tare.{name}(" in page.read_text()}
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    with pytest.warns(tare.TareWarning):
        runner.run(examples)
    assert runner.failures == 0 and runner.tries > 30


def test_the_notebook_decides_what_it_decided(tmp_path):
    notebook = ROOT / "examples" / "notebooks" / "decision.ipynb"
    if not notebook.exists():
        pytest.skip("the notebook is not there")
    for library in ("nbclient", "ipykernel", "pandas", "matplotlib"):
        pytest.importorskip(library)
    import nbclient
    import nbformat
    kept = nbformat.read(notebook, as_version=4)
    ran = nbformat.read(notebook, as_version=4)
    assert len(kept.cells) == 12
    nbclient.NotebookClient(ran, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / "words.json").exists()

    def outputs(cell):
        return [(one.output_type, one.get("text"), sorted(one.get("data", {}))) for one in cell.get("outputs", [])]
    for before, after in zip(kept.cells, ran.cells):
        assert outputs(before) == outputs(after), before.id
    assert any("Decision: calibrate." in (one.get("text") or "") for one in kept.cells[-1].outputs)
