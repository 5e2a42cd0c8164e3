"""Typed questions: a probability for every option, and rewards made of them."""
from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from . import _binary, _tables
from ._calibrate import _axes
from ._errors import DataError, UsageError
from ._progress import Progress
from ._results import Result, finite, first_rows, numbers_of
from ._score import placed

# What `tare decide` says of each row.
_MEMBERS = ("score", "rewards", "answers", "pairs", "error", "tokens", "length", "truncated", "input_tokens")


@dataclasses.dataclass(frozen=True, repr=False)
class Decisions(Result):
    """Rows with the answers of a model to typed questions."""
    table: Any
    """Where each row given was one response: the rows as they were, with `answers`, and `score`, the reward, where
    there is one. Of rows with a state or request: a list of dicts. Else a row a response."""
    answers: list[Any]
    """Of each row in the order of the table: a list of dicts with `name`, `type`, `options`, `probabilities`, `answer`
    and so on, or what a request's dialect makes of them; None where a request could not be asked."""
    json: dict[str, Any]
    """What `tare decide --json` prints: rows, questions, tokens, seconds and so on."""

    @property
    def findings(self) -> dict[str, Any]:
        """What may surprise: prompts that did not fit, repeated ones, skipped rows, the audit of the rubric."""
        plain = ("rows", "questions", "computed", "tokens", "computed_tokens", "shared_tokens", "seconds")
        return {name: value for name, value in self.json.items() if name not in plain}

    @property
    def values(self) -> Any:
        """The rewards, [rows], in the order of the table."""
        return numbers_of(self.table, "score")

    def probabilities(self, question: str) -> list[dict[str, float] | None]:
        """P(option) by option for each row; None where the question was not answered.

        Raises:
            KeyError: where no row has such a question.
        """
        found = [self._answer(answers, question) for answers in self.answers]
        if not any(answer is not None for answer in found):
            raise KeyError(question)
        return [answer and dict(zip(answer["options"], answer["probabilities"])) for answer in found]

    @staticmethod
    def _answer(answers: Any, question: str) -> dict[str, Any] | None:
        for answer in answers if isinstance(answers, list) else []:
            if answer.get("name") == question and answer.get("probabilities") is not None:
                found: dict[str, Any] = answer
                return found
        return None

    def metrics(self) -> dict[str, float]:
        return finite({name: value for name, value in self.json.items() if not isinstance(value, bool)})

    def rows(self) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "answers"} for row in first_rows(self.table)]

    def plot(self, ax: Any = None) -> Any:
        """The rewards as a histogram, with matplotlib."""
        ax = _axes(ax)
        ax.hist(self.values)
        ax.set(xlabel="reward", ylabel="rows")
        return ax

    def _caption(self) -> str:
        return f"{self.json.get('rows')} rows, {self.json.get('questions')} questions; the first rows"

    def __repr__(self) -> str:
        return f"Decisions({self.json.get('rows')} rows, {self.json.get('questions')} questions)"


def decide(
    data: Any, model: str | os.PathLike[str], *, questions: Any = None, weights: Mapping[str, Any] | None = None,
    store: str | os.PathLike[str] | None = None, run: str | None = None, progress: Progress = None, **options: Any,
) -> Decisions:
    """Asks a model typed questions about each row; `docs/decide.md` describes questions, answers and rewards.

    Arguments:
        data: rows with `messages`, `prompt` and `response`, `prompt`, `chosen` and `rejected`, any `state`, or
            requests that hold `state` and `questions`.
        model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.
        questions: the rubric, as a dict (`{"correct": {"type": "noul", "instructions": …}}`) or a file.
        weights: the weight of each question in the reward.
        store, run: keep the answers in a store; a run that was interrupted goes on.
        options: every other option of `tare decide`, with _ for -: reward="correct + 2*helpful", pairs=True.

    Raises:
        DataError: where a question cannot be asked; the message names row and question.
    """
    if "output" in options or "o" in options:
        raise UsageError("output: the answers are in the result's table")
    if (store is None) != (run is None):
        raise UsageError("store and run go together: the store's file, and the run's name in it")
    names: dict[str, str] = {}
    with _tables.folder() as folder:
        paths = {"model": model, "store": store, "questions": _file(questions, folder / "questions.json", names, "questions"),
                 "weights": _file(weights, folder / "weights.json", names, "weights")}
        chosen = {name: path and os.fspath(path) for name, path in paths.items()} | {"run": run}
        output = folder / "out.jsonl"
        words = [*_binary.options(chosen | options), "--json", "-o", output]
        asked = _states(data)
        if asked is not None:
            requests = folder / "in.jsonl"
            _write(asked, requests, names)
            printed, table = _binary.run("decide", requests, *words, progress=progress, names=names), None
        else:
            with _tables.given(data, folder / "in.arrow", names, numbered=True) as (source, table):
                printed = _binary.run("decide", source, *words, progress=progress, names=names)
        with open(output, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    answers = [row.get("answers") for row in rows]
    found = placed(table, rows, _MEMBERS) if asked is None else [
        asked[row.pop(_tables.ROW)] | {name: row[name] for name in _MEMBERS if name in row} for row in rows]
    return Decisions(found, answers, json.loads(printed))


def _states(data: Any) -> list[dict[str, Any]] | None:
    """Rows with states or requests. A table would give each state the members of all the others."""
    if _tables.is_file(data) or len(data) == 0:
        return None
    first = first_rows(data, 1)[0] if not isinstance(data, list) or isinstance(data[0], Mapping) else {}
    return first_rows(data, len(data)) if first.keys() & {"state", "request"} else None


def _write(rows: list[dict[str, Any]], place: pathlib.Path, names: dict[str, str]) -> None:
    names[str(place)] = "rows"
    try:
        lines = [json.dumps(row | {_tables.ROW: number}, allow_nan=False) for number, row in enumerate(rows)]
    except (TypeError, ValueError) as error:
        raise DataError(f"rows: expected states of JSON values, found one that is not ({error})") from None
    place.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def _file(value: Any, place: pathlib.Path, names: dict[str, str], name: str) -> Any:
    """A file that holds the value, where it is none already. Questions by name are a rubric."""
    if not isinstance(value, Mapping):
        return value
    is_bare = name == "questions" and "questions" not in value and "rubrics" not in value
    place.write_text(json.dumps({"questions": value} if is_bare else value), encoding="utf-8")
    names[str(place)] = name
    return place
