"""Ranking: the best responses of each prompt, and preference pairs out of scores."""
from __future__ import annotations

import json
from typing import Any

from . import _binary, _tables
from ._calibrate import Calibration


def rank(
    data: Any, *, top: int | None = None, calibration: Calibration | None = None, score: str | None = None,
    group: str | None = None, **options: Any,
) -> Any:
    """The responses of each prompt in the order of their scores, the best first: a row a response with the prompt's
    `id`, `rank` from 1, `index` (the response's place among its prompt's), `score`, and `margin` to the next.

    Arguments:
        top: how many of each prompt's best are given; all by default.
        calibration: is applied first.
        options: every other option of `tare rank`, with _ for -.

    >>> rows = [{"prompt_id": "a", "score": s} for s in (1.0, 3.0, 2.0)]
    >>> [(row["rank"], row["index"]) for row in rank(rows, top=2)]
    [(1, 1), (2, 2)]
    """
    import pyarrow as pa
    with _tables.folder() as folder:
        words = _binary.options({"top": top, "score": score, "group": group} | options)
        words += _applied(calibration, folder)
        printed = _binary.run("rank", _tables.given(data, folder / "in.arrow"), *words, "--json")
    rows = []
    for line in printed.splitlines():
        prompt = json.loads(line)
        ranked = prompt.pop("ranked")
        rows += [prompt | {"rank": place} | response for place, response in enumerate(ranked, 1)]
    return _tables.like(data, pa.Table.from_pylist(rows))


def pairs(data: Any, *, calibration: Calibration | None = None, margin: float | None = None, **options: Any) -> Any:
    """Preference pairs out of scored responses, for DPO and reward trainers: `prompt`, `chosen`, `rejected` and the
    two scores, a row a pair.

    Arguments:
        data: a table of responses with prompt, response and score.
        margin: the least difference of the two scores.
        options: every other option of `tare pairs`, with _ for -: rule="all", plain=True.

    >>> rows = [{"prompt": "Hi", "response": r, "score": s} for r, s in (("Hello!", 2.0), ("No.", -1.0))]
    >>> pairs(rows, plain=True)[0]["chosen"]
    'Hello!'
    """
    with _tables.folder() as folder:
        words = _binary.options({"margin": margin} | options) + _applied(calibration, folder)
        output = folder / "out.arrow"
        _binary.run("pairs", _tables.given(data, folder / "in.arrow"), *words, "--json", "-o", output)
        return _tables.like(data, _tables.read(output))


def _applied(calibration: Calibration | None, folder: Any) -> list[str]:
    if calibration is None:
        return []
    kept = folder / "calibration.json"
    calibration.save(kept)
    return ["--calibration", str(kept)]
