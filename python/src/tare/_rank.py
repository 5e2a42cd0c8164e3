"""Ranking: the best responses of each prompt, and preference pairs out of scores."""
from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

from . import _binary, _tables
from ._calibrate import Calibration, _axes
from ._progress import Progress
from ._results import Result, cell, finite, first_rows, numbers_of


@dataclasses.dataclass(frozen=True, repr=False)
class Ranking(Result):
    """The responses of each prompt in the order of their scores."""
    table: Any
    """A row a response, the best of each prompt first: the prompt's `id`, `rank` from 1, `index` (the response's place
    among its prompt's, from 0), `score`, and `margin` to the next. Where prompts are told apart by one column, `row` is
    the response's place in the table that was given, so that `df.iloc[ranking.table["row"]]` are the responses."""
    json: dict[str, Any]
    """`prompts`: what `tare rank --json` prints, one entry a prompt."""

    @property
    def prompts(self) -> list[dict[str, Any]]:
        prompts: list[dict[str, Any]] = self.json["prompts"]
        return prompts

    @property
    def findings(self) -> dict[str, Any]:
        """How many prompts there are, and how many have a best response that is not tied."""
        margins = [prompt["ranked"][0].get("margin") for prompt in self.prompts if prompt["ranked"]]
        return {"prompts": len(self.prompts), "untied": sum(margin != 0 for margin in margins)}

    def metrics(self) -> dict[str, float]:
        best = [prompt["ranked"][0] for prompt in self.prompts if prompt["ranked"]]
        margins = [one["margin"] for one in best if one.get("margin") is not None]
        scores = [one["score"] for one in best]
        return finite({"prompts": len(self.prompts), "best_score": _mean(scores), "margin": _mean(margins)})

    def rows(self) -> list[dict[str, Any]]:
        return first_rows(self.table)

    def plot(self, ax: Any = None) -> Any:
        """The margins between the best response and the next, as a histogram, with matplotlib."""
        ax = _axes(ax)
        margins = [prompt["ranked"][0].get("margin") for prompt in self.prompts if prompt["ranked"]]
        ax.hist([margin for margin in margins if margin is not None])
        ax.set(xlabel="margin of the best response", ylabel="prompts")
        return ax

    def _caption(self) -> str:
        return f"{len(self.prompts)} prompts; the first rows"

    def __len__(self) -> int:
        return len(self.prompts)

    def __repr__(self) -> str:
        return f"Ranking({len(self.prompts)} prompts)"


@dataclasses.dataclass(frozen=True, repr=False)
class BestOfN(Result):
    """What the best of n responses is worth, for each n."""
    json: dict[str, Any]
    """What `tare rank --curve --json` prints."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each n: expected `score` of the best of n, `label` where there are labels, and `kl`, each with its
        interval."""
        curve: list[dict[str, Any]] = self.json["curve"]
        return curve

    @property
    def findings(self) -> dict[str, Any]:
        return {name: value for name, value in self.json.items() if name != "curve"}

    def metrics(self) -> dict[str, float]:
        numbers = {}
        for row in self.table:
            numbers[f"best_of_n/{row['n']}"] = row.get("score")
            numbers[f"label_of_best_of_n/{row['n']}"] = row.get("label")
        return finite(numbers)

    def rows(self) -> list[dict[str, Any]]:
        names = ["score"] + (["label"] if any(row.get("label") is not None for row in self.table) else [])
        return [
            {"n": row["n"]} | {name: cell(row.get(name), row.get(f"{name}_interval")) for name in names}
            | {"kl": cell(row.get("kl"))} for row in self.table]

    def plot(self, ax: Any = None) -> Any:
        """The expected score of the best of n over n, with its 95% band, with matplotlib."""
        ax = _axes(ax)
        n, score = [row["n"] for row in self.table], [row["score"] for row in self.table]
        bands = [row.get("score_interval") or (row["score"], row["score"]) for row in self.table]
        ax.plot(n, score, marker="o")
        ax.fill_between(n, [low for low, _ in bands], [high for _, high in bands], alpha=0.2)
        ax.set(xlabel="n", ylabel="expected score of the best of n")
        return ax

    def __repr__(self) -> str:
        return f"BestOfN(up to n={self.table[-1]['n'] if self.table else 0})"


@dataclasses.dataclass(frozen=True, repr=False)
class Pairs(Result):
    """Preference pairs."""
    table: Any
    """A row a pair: `prompt`, `chosen`, `rejected` in TRL's format, `id`, and both scores."""
    json: dict[str, Any]
    """What `tare pairs --json` prints: how many pairs, what was dropped, how often the chosen one is longer."""

    @property
    def findings(self) -> dict[str, Any]:
        return {name: self.json[name] for name in ("dropped", "length", "notes") if name in self.json}

    def metrics(self) -> dict[str, float]:
        length = self.json.get("length") or {}
        return finite({
            "prompts": self.json.get("prompts"), "pairs": self.json.get("pairs"),
            "share_chosen_longer": length.get("share_chosen_longer"),
            "mean_length_difference": length.get("mean_difference")})

    def rows(self) -> list[dict[str, Any]]:
        return first_rows(self.table, 5)

    def plot(self, ax: Any = None) -> Any:
        """The differences of the pairs' scores, as a histogram, with matplotlib."""
        ax = _axes(ax)
        ax.hist(numbers_of(self.table, "score_chosen") - numbers_of(self.table, "score_rejected"))
        ax.set(xlabel="score of chosen less that of rejected", ylabel="pairs")
        return ax

    def _caption(self) -> str:
        return f"{self.json.get('pairs')} pairs; the first rows"

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Pairs({self.json.get('pairs')} pairs of {self.json.get('prompts')} prompts)"


def rank(
    data: Any, *, top: int | None = None, calibration: Calibration | str | pathlib.Path | None = None,
    score: Any = None, group: Any = None, label: Any = None, progress: Progress = False, **options: Any,
) -> Ranking:
    """The responses of each prompt in the order of their scores, the best first.

    Arguments:
        data: a table with a row a response; or, with `model`, of prompts and responses that are scored first.
        top: how many of each prompt's best are given; all by default.
        calibration: is applied first: a Calibration, or the name of a saved one.
        options: every other option of `tare rank`, with _ for -.

    >>> rows = [{"prompt_id": "a", "score": s} for s in (1.0, 3.0, 2.0)]
    >>> [(row["rank"], row["index"]) for row in rank(rows, top=2).table]
    [(1, 1), (2, 2)]
    """
    if options.pop("curve", False):
        raise TypeError("expected tare.best_of_n, found the argument curve")
    chosen = {"top": top, "score": score, "group": group, "label": label} | options
    printed, table = _ranked(data, chosen, calibration, progress)
    prompts = json.loads(printed)
    rows = [
        {name: value for name, value in prompt.items() if name != "ranked"} | {"rank": place} | response
        for prompt in prompts for place, response in enumerate(prompt["ranked"], 1)]
    if table is not None and not options and (found := _found(table, rows, len(prompts), score, group, calibration)):
        ids, places = found
        rows = [row | {"id": own, "row": place} for row, own, place in zip(rows, ids, places)]
    return Ranking(_tables.like(data, _tables.from_rows(rows)), {"prompts": prompts})


def best_of_n(
    data: Any, *, calibration: Calibration | str | pathlib.Path | None = None, score: Any = None, group: Any = None,
    label: Any = None, progress: Progress = False, **options: Any,
) -> BestOfN:
    """What the best of n responses is worth, for each n up to the number of a prompt's responses.

    >>> rows = [{"prompt_id": "a", "score": s} for s in (1.0, 3.0)]
    >>> [(row["n"], row["score"]) for row in best_of_n(rows).table]
    [(1, 2.0), (2, 3.0)]
    """
    chosen = {"score": score, "group": group, "label": label, "curve": True} | options
    return BestOfN(json.loads(_ranked(data, chosen, calibration, progress)[0]))


def _ranked(
    data: Any, options: dict[str, Any], calibration: Calibration | str | pathlib.Path | None, progress: Progress,
) -> tuple[str, Any]:
    names: dict[str, str] = {}
    with _tables.folder() as folder:
        words = _binary.options(options) + _applied(calibration, folder, names)
        with _tables.given(data, folder / "in.arrow", names, options) as (source, table):
            return _binary.run("rank", source, *words, "--json", progress=progress, names=names), table


def pairs(
    data: Any, *, calibration: Calibration | str | pathlib.Path | None = None, margin: float | None = None,
    score: Any = None, group: Any = None, progress: Progress = False, **options: Any,
) -> Pairs:
    """Preference pairs out of scored responses, for DPO and reward trainers.

    Arguments:
        data: a table of responses with prompt, response and score; or, with `model`, of such that are scored first.
        margin: the least difference of the two scores.
        options: every other option of `tare pairs`, with _ for -: rule="all", plain=True.

    >>> rows = [{"prompt": "Hi", "response": r, "score": s} for r, s in (("Hello!", 2.0), ("No.", -1.0))]
    >>> pairs(rows, plain=True).table[0]["chosen"]
    'Hello!'
    """
    chosen = {"margin": margin, "score": score, "group": group} | options
    names: dict[str, str] = {}
    with _tables.folder() as folder:
        words = _binary.options(chosen) + _applied(calibration, folder, names)
        output = folder / "out.arrow"
        with _tables.given(data, folder / "in.arrow", names, chosen) as (source, _):
            printed = _binary.run("pairs", source, *words, "--json", "-o", output, progress=progress, names=names)
        return Pairs(_tables.like(data, _tables.read(output)), json.loads(printed))


def _found(
    table: _tables.Table, rows: list[dict[str, Any]], prompts: int, score: Any, group: Any, calibration: Any,
) -> tuple[list[Any], list[int]] | None:
    """The prompts' ids as the table has them, and the rows' places in it; None where that is not certain."""
    names = table.arrow.column_names
    key = next((name for name in ([group] if group else ("prompt_id", "id", "pair_id")) if name in names), None)
    if key is None or {"index", "rm", "reward_model", "run", "subset", "section", "chosen"} & set(names):
        return None
    values = table.arrow[key].to_pylist()
    groups: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        is_whole = isinstance(value, float) and value.is_integer()
        groups.setdefault(str(int(value)) if is_whole else str(value), []).append(place)
    if len(groups) != prompts or any(row["index"] >= len(groups.get(row["id"], ())) for row in rows):
        return None
    places = [groups[row["id"]][row["index"]] for row in rows]
    if calibration is None:
        counted = score or next((name for name in ("calibrated", "score", "reward") if name in names), None)
        if counted is None or counted not in names:
            return None
        scores = numbers_of(table.arrow, counted)
        if any(row["score"] != scores[place] for row, place in zip(rows, places)):
            return None
    return [values[place] for place in places], places


def _applied(
    calibration: Calibration | str | pathlib.Path | None, folder: pathlib.Path, names: dict[str, str],
) -> list[str]:
    if calibration is None:
        return []
    if not isinstance(calibration, Calibration):
        return ["--calibration", str(calibration)]
    kept = folder / "calibration.json"
    calibration._write(kept)
    names[str(kept)] = "calibration"
    return ["--calibration", str(kept)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
