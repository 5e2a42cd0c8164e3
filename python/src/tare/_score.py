"""Scoring: responses with a reward model."""
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from typing import Any

from . import _binary, _tables
from ._calibrate import _axes
from ._errors import UsageError
from ._progress import Progress
from ._results import Result, cell, finite, first_rows, numbers_of

# What `tare score` says of each response.
_NUMBERS = ("score", "tokens", "length", "truncated")


@dataclasses.dataclass(frozen=True, repr=False)
class Scores(Result):
    """Responses with their scores."""
    table: Any
    """Where each row given was one response: the rows as they were, with `score`, `tokens`, `length` and `truncated`.
    Else a row a response: `id`, `role`, `index` and these, and the columns that were carried along."""
    json: dict[str, Any]
    """What `tare score --json` prints: responses, tokens, seconds and so on."""

    @property
    def findings(self) -> dict[str, Any]:
        """What may surprise: truncated and repeated responses, texts with control tokens."""
        return {name: self.json[name] for name in ("truncated", "repeated", "control_tokens") if name in self.json}

    @property
    def values(self) -> Any:
        """The scores, [responses], in the order of the table."""
        return numbers_of(self.table, "score")

    def metrics(self) -> dict[str, float]:
        values = self.values
        return finite({
            "responses": self.json.get("responses"), "truncated": self.json.get("truncated"),
            "tokens": self.json.get("tokens"), "seconds": self.json.get("seconds"),
            "mean_score": float(values.mean()) if len(values) else None,
            "sd_score": float(values.std()) if len(values) else None})

    def rows(self) -> list[dict[str, Any]]:
        return first_rows(self.table)

    def plot(self, ax: Any = None) -> Any:
        """The scores as a histogram, with matplotlib."""
        ax = _axes(ax)
        ax.hist(self.values)
        ax.set(xlabel="score", ylabel="responses")
        return ax

    def _caption(self) -> str:
        return f"{self.json.get('responses')} responses, {cell(self.json.get('seconds'))} s; the first rows"

    def __repr__(self) -> str:
        return f"Scores({self.json.get('responses')} responses)"


def score(
    data: Any, model: str | os.PathLike[str], *, head: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None, run: str | None = None, progress: Progress = None, **options: Any,
) -> Scores:
    """Scores responses with a reward model.

    Arguments:
        data: rows with `messages`, `prompt` and `response`, `prompt`, `chosen` and `rejected`, or `prompt` and
            `responses`. A list of conversations, each a list of messages, is taken too.
        model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.
        head: the reward head, where the model has none.
        store, run: keep the scores in a store; a run that was interrupted goes on.
        progress: shows a bar of tqdm's; see `docs/python.md`.
        options: every other option of `tare score`, with _ for -: precision="bfloat16", truncate="left".

    Raises:
        UnavailableError: where a remote engine does not answer.
        KeyboardInterrupt: when interrupted; with a store, what was finished is kept.
    """
    if "output" in options or "o" in options:
        raise UsageError("output: the scores are in the result's table")
    if isinstance(data, list) and data and all(isinstance(row, list) for row in data):
        data = [{"messages": row} for row in data]
    if (store is None) != (run is None):
        raise UsageError("store and run go together: the store's file, and the run's name in it")
    names: dict[str, str] = {}
    paths = {"model": model, "head": head, "store": store}
    chosen = {name: path and os.fspath(path) for name, path in paths.items()} | {"run": run}
    with _tables.folder() as folder:
        output = folder / "out.jsonl"
        words = [*_binary.options(chosen | options), "--json", "-o", output]
        with _tables.given(data, folder / "in.arrow", names, numbered=True) as (source, table):
            printed = _binary.run("score", source, *words, progress=progress, names=names)
        with open(output, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    return Scores(placed(table, rows, _NUMBERS), json.loads(printed))


def placed(table: _tables.Table | None, rows: list[dict[str, Any]], members: Sequence[str]) -> Any:
    """The table with these members of its results, where each of its rows is one response; else the results' rows.

    Arguments:
        table: what was given; nothing where it was a file.
        rows: the program's results, with the number of the row that each is of.
    """
    given = [row.pop(_tables.ROW, None) for row in rows]
    if table is None:
        return _tables.from_rows(rows)
    if None not in given and len(set(given)) == len(given) and "responses" not in table.arrow.column_names \
            and "chosen" not in table.arrow.column_names:
        scored = [
            {_tables.ROW: place} | {name: row[name] for name in members if name in row}
            for place, row in zip(given, rows)]
        return table.extended(_tables.from_rows(scored))
    return table.like(_tables.from_rows(rows))
