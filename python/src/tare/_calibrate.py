"""Calibration: what length, or another number, explains of the scores is taken off."""
from __future__ import annotations

import dataclasses
import json
import os
from typing import Any

from . import _binary, _tables


@dataclasses.dataclass(frozen=True)
class Calibrated:
    """Calibrated scores, and what was found on the way."""
    table: Any
    """The rows as they were given, with the columns `calibrated` and `bias`."""
    json: dict
    """What `tare calibrate --json` prints."""
    calibration: Calibration | None
    """To be applied to other rows; None where one was applied."""

    @property
    def findings(self) -> dict:
        """What the method found: for `auto` its decision and the reason."""
        return self.json["parts"][0].get("findings") or {}

    @property
    def is_corrected(self) -> bool:
        """Whether the method took anything off: `auto` abstains where there is no reason to."""
        return self.findings.get("decision") != "abstain"

    def __repr__(self) -> str:
        part = self.json["parts"][0]
        return f"Calibrated({part['rows']} rows, method={part['method']!r}, reason={self.findings.get('reason')!r})"


class Calibration:
    """A calibration that was fitted, and can be saved and applied to other rows.

    >>> rows = [{"score": s, "length": n, "prompt_id": p} for s, n, p in
    ...         [(1.0, 100, "a"), (2.0, 300, "a"), (0.5, 50, "b"), (1.5, 200, "b")]]
    >>> fitted = Calibration.fit(rows, method="penalty", coefficient=0.01)
    >>> [row["calibrated"] for row in fitted.apply(rows).table]
    [0.0, -1.0, 0.0, -0.5]
    """

    def __init__(self, content: dict):
        self.content = content

    @classmethod
    def fit(cls, data: Any, **options: Any) -> Calibration:
        """The calibration alone; arguments are those of `tare.calibrate`."""
        fitted = calibrate(data, **options).calibration
        assert fitted is not None
        return fitted

    @classmethod
    def load(cls, path: str | os.PathLike) -> Calibration:
        """One that `save`, or the program's --save, wrote."""
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def save(self, path: str | os.PathLike) -> None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.content, file, indent=2)
            file.write("\n")

    def apply(self, data: Any, **options: Any) -> Calibrated:
        """Other rows' scores, calibrated by this."""
        return _run(data, None, options, self)

    def __repr__(self) -> str:
        return f"Calibration(method={self.content.get('method')!r}, created={self.content.get('created')!r})"


def calibrate(
    data: Any, *, score: str | None = None, group: str | None = None, covariate: str | list[str] = "length",
    label: str | None = None, method: str = "auto", **options: Any,
) -> Calibrated:
    """Takes what a covariate explains off the scores.

    Arguments:
        data: a table with a row a response.
        score: the column of the scores (default: `score`, else `reward`).
        group: the column that says which rows answer the same prompt (default: `prompt_id`, `id`, or the prompt).
        covariate: one column or several, or counted on the text (`length`, `words`, `list_items`).
        label: the column of labels; "none" for none (default: `label`, `gold` and the like).
        method: auto corrects only where there is reason to; or lowess, within-prompt, penalty and so on.
        options: every other option of `tare calibrate`, with _ for -: cross_fit=5, keep_mean=True.

    Raises:
        BadData: for a column that is not there, a score that is no finite number, and the like.

    >>> rows = [{"score": s, "length": n, "prompt_id": p} for s, n, p in
    ...         [(1.0, 100, "a"), (2.0, 300, "a"), (0.5, 50, "b"), (1.5, 200, "b")]]
    >>> calibrate(rows, method="penalty", coefficient=0.01).table[1]["calibrated"]
    -1.0
    """
    options = {"score": score, "group": group, "covariate": covariate, "label": label, "method": method} | options
    return _run(data, "calibration", options, None)


def _run(data: Any, saved: str | None, options: dict[str, Any], applied: Calibration | None) -> Calibrated:
    leaves_out = bool(options.get("skip_bad_rows")) or options.get("missing") == "drop"
    with _tables.folder() as folder:
        source = _tables.given(data, folder / "in.arrow", numbered=leaves_out and not _tables.is_file(data))
        output, kept = folder / "out.arrow", folder / "calibration.json"
        words = _binary.options(options)
        if applied is not None:
            applied.save(kept)
            words += ["--apply", str(kept)]
        elif saved:
            words += ["--save", str(kept)]
        printed = _binary.run("calibrate", source, *words, "--json", "-o", output)
        result = _tables.read(output)
        fitted = Calibration.load(kept) if applied is None else None
    table = _tables.extended(data, result, ["calibrated", "bias"])
    return Calibrated(table, json.loads(printed), fitted)
