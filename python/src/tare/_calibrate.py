"""Calibration: what length, or another number, explains of the scores is removed."""
from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from typing import Any

from . import _binary, _tables
from ._errors import DataError, UsageError, warn
from ._progress import Progress
from ._results import Result, cell, finite, line_plot, table_html

# The beginnings of the names of columns that `tare calibrate` writes.
_ADDED = ("calibrated", "bias")


@dataclasses.dataclass(frozen=True, repr=False)
class Calibrated(Result):
    """Calibrated scores, and what was found on the way."""
    table: Any
    """The rows as they were given, with the columns `calibrated` and `bias`; of rows that are pairs, with
    `calibrated_chosen`, `calibrated_rejected` and so on."""
    json: dict[str, Any]
    """What `tare calibrate --json` prints."""
    calibration: Calibration | None
    """To be applied to other rows; None where one was applied, or where each of several models has its own."""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What was found for each model of a table with several (a column `rm`); else one entry."""
        parts: list[dict[str, Any]] = self.json["parts"]
        return parts

    @property
    def findings(self) -> dict[str, Any]:
        """What the method found: for `auto` its decision and the reason. Of a table with several models, by model."""
        if len(self.parts) == 1:
            return self.parts[0].get("findings") or {}
        return {str(part["name"]): part.get("findings") or {} for part in self.parts}

    @property
    def is_corrected(self) -> bool:
        """Whether anything was removed: `auto` abstains where nothing speaks for it."""
        return any((part.get("findings") or {}).get("decision") != "abstain" for part in self.parts)

    def metrics(self) -> dict[str, float]:
        numbers: dict[str, Any] = {}
        for part in self.parts:
            start = "" if len(self.parts) == 1 else f"{part['name']}/"
            numbers |= {start + name: part.get(name) for name in ("rows", "gamma", "pairs_changed", "outside_range")}
            for when in ("before", "after"):
                for kind, end in (("pooled", ""), ("within_prompt", "_within_prompt")):
                    correlations = (part.get(when) or {}).get(kind) or {}
                    numbers[f"{start}{when}/length_correlation{end}"] = correlations.get("rank_correlation")
        return finite(numbers)

    def rows(self) -> list[dict[str, Any]]:
        rows = []
        for part in self.parts:
            name = {} if len(self.parts) == 1 else {"model": part["name"]}
            before, after = part.get("before") or {}, part.get("after") or {}
            covariate = before.get("covariate", "length")
            for kind, text in (("pooled", ", all"), ("within_prompt", " within prompts")):
                rows.append(name | {
                    f"score and {covariate}": f"rank correlation{text}",
                    **{when: cell(numbers.get("rank_correlation"), numbers.get("rank_correlation_interval"))
                       for when, numbers in (("before", before.get(kind) or {}), ("after", after.get(kind) or {}))}})
            shares = [one.get("more_scores_higher") or {} for one in (before, after)]
            if any(shares):
                rows.append(name | {
                    f"score and {covariate}": "pairs in which more scores higher",
                    **{when: cell(one.get("share"), one.get("interval"), percent=True)
                       for when, one in zip(("before", "after"), shares)}})
        return rows

    def plot(self, ax: Any = None) -> Any:
        """Score against the covariate before and after, with matplotlib: fitted curves and their 95% bands."""
        ax = _axes(ax)
        covariate = "length"
        for part in self.parts:
            start = "" if len(self.parts) == 1 else f"{part['name']}, "
            for when in ("before", "after"):
                curve = (part.get(when) or {}).get("curve") or []
                covariate = (part.get(when) or {}).get("covariate", covariate)
                x, fitted = [point["x"] for point in curve], [point["fitted"] for point in curve]
                (line,) = ax.plot(x, fitted, label=start + when)
                bands = [point.get("interval") or (point["fitted"], point["fitted"]) for point in curve]
                low, high = [low for low, _ in bands], [high for _, high in bands]
                ax.fill_between(x, low, high, alpha=0.2, color=line.get_color())
        ax.set(xlabel=covariate, ylabel="score")
        ax.legend()
        return ax

    def _repr_html_(self) -> str:
        import html
        blocks = []
        for part in self.parts:
            findings = part.get("findings") or {}
            title = f"{part['method']}, {part['rows']} rows" + (f", {part['name']}" if part.get("name") else "")
            reason = f": {findings['reason']}" if findings.get("reason") else ""
            decision = f" ({findings['decision']})" if findings.get("decision") else ""
            one = dataclasses.replace(self, json={"parts": [part]})
            lines = []
            for when, colour in (("before", "#888"), ("after", "#1f6feb")):
                curve = (part.get(when) or {}).get("curve") or []
                lines.append((when, [p["x"] for p in curve], [p["fitted"] for p in curve], colour))
            covariate = (part.get("before") or {}).get("covariate", "length")
            blocks.append(
                f"<p><b>{html.escape(title + decision)}</b>{html.escape(reason)}</p>" + table_html("", one.rows())
                + line_plot(lines, str(covariate), "score"))
        return "<div>" + "".join(blocks) + "</div>"

    def __repr__(self) -> str:
        part = self.parts[0]
        reason = (part.get("findings") or {}).get("reason")
        more = f", and {len(self.parts) - 1} more models" if len(self.parts) > 1 else ""
        return f"Calibrated({part['rows']} rows, method={part['method']!r}, reason={reason!r}{more})"


class Calibration:
    """A calibration that was fitted, and can be saved and applied to other rows.

    >>> rows = [{"score": s, "length": n, "prompt_id": p} for s, n, p in
    ...         [(1.0, 100, "a"), (2.0, 300, "a"), (0.5, 50, "b"), (1.5, 200, "b")]]
    >>> fitted = Calibration.fit(rows, method="penalty", coefficient=0.01)
    >>> [row["calibrated"] for row in fitted.apply(rows).table]
    [0.0, -1.0, 0.0, -0.5]
    """

    def __init__(self, content: Mapping[str, Any], notes: tuple[str, ...] = ()) -> None:
        self.content = dict(content)
        # What whoever saves it should know.
        self._notes = notes

    @classmethod
    def fit(cls, data: Any, **options: Any) -> Calibration:
        """The calibration alone; arguments are those of `tare.calibrate`."""
        fitted = calibrate(data, **options).calibration
        if fitted is None:
            raise UsageError("expected one reward model, as with where='rm=A', found several")
        return fitted

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Calibration:
        """One that `save`, or the program's --save, wrote."""
        with open(path, encoding="utf-8") as file:
            try:
                content = json.load(file)
            except ValueError as error:
                raise DataError(
                    f"{os.fspath(path)}: expected a saved calibration, found {error}", file=os.fspath(path)) from None
        if not isinstance(content, dict) or "method" not in content:
            raise DataError(
                f"{os.fspath(path)}: expected a saved calibration, found other JSON", file=os.fspath(path))
        return cls(content)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as JSON, for `load`, `tare calibrate --apply` and `tare serve --calibration`."""
        for note in self._notes:
            warn(note)
        self._write(path)

    def _write(self, path: str | os.PathLike[str]) -> None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.content, file, indent=2)
            file.write("\n")

    def apply(self, data: Any, *, score: str | None = None, **options: Any) -> Calibrated:
        """Other rows' scores, calibrated by this."""
        return _run(data, {"score": score} | options, self)

    @property
    def method(self) -> str:
        return str(self.content["method"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calibration) and self.content == other.content

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Calibration(method={self.content.get('method')!r}, created={self.content.get('created')!r})"


def calibrate(
    data: Any, *, score: Any = None, group: Any = None, covariate: Any = "length", label: Any = None,
    method: str = "auto", progress: Progress = False, **options: Any,
) -> Calibrated:
    """Removes what a covariate explains of the scores.

    Arguments:
        data: a table with a row a response or a pair; or a vector of scores, with vectors as the other arguments.
        score: the column of the scores (default: `score`, else `reward`).
        group: the column that says which rows answer the same prompt (default: `prompt_id`, `id`, or the prompt).
        covariate: one column or several, or counted on the text (`length`, `words`, `list_items`).
        label: the column of labels; "none" for none (default: `label`, `gold` and the like).
        method: auto corrects only where there is reason to; or lowess, within-prompt, penalty and so on.
        options: every other option of `tare calibrate`, with _ for -: cross_fit=5, keep_mean=True.

    Raises:
        DataError: for a column that is not there, a score that is no finite number, and the like.

    >>> rows = [{"score": s, "length": n, "prompt_id": p} for s, n, p in
    ...         [(1.0, 100, "a"), (2.0, 300, "a"), (0.5, 50, "b"), (1.5, 200, "b")]]
    >>> calibrate(rows, method="penalty", coefficient=0.01).table[1]["calibrated"]
    -1.0
    """
    if _tables.is_vector(data):
        data, columns = _tables.from_vectors(score=data, covariate=covariate, group=group, label=label)
        score, group, covariate, label = (columns[name] for name in ("score", "group", "covariate", "label"))
        covariate = covariate or "length"
        label = label or "none"
    chosen = {"score": score, "group": group, "covariate": covariate, "label": label, "method": method}
    return _run(data, chosen | options, None, progress)


def _run(
    data: Any, options: dict[str, Any], applied: Calibration | None, progress: Progress = False,
) -> Calibrated:
    names: dict[str, str] = {}
    notes: list[str] = []
    with _tables.folder() as folder:
        output, kept = folder / "out.arrow", folder / "calibration.json"
        words = _binary.options(options)
        if applied is not None:
            applied._write(kept)
            names[str(kept)] = "calibration"
            words += ["--apply", str(kept)]
        saving = ["--save", str(kept)] if applied is None else []
        with _tables.given(data, folder / "in.arrow", names, options, numbered=True) as (source, table):
            def run(*more: str) -> str:
                return _binary.run(
                    "calibrate", source, *words, *more, "--json", "-o", output, progress=progress, names=names,
                    note=notes.append)
            try:
                printed = run(*saving)
            except UsageError:
                # What several models need cannot be saved as one calibration.
                if applied is not None:
                    raise
                printed = run()
        # Nothing is saved here: what is said of saving counts when somebody saves.
        kept_notes = tuple(note for note in notes if "saved calibration" in note) if applied is None else ()
        for note in notes:
            if note not in kept_notes:
                warn(note)
        result = _tables.read(output)
        is_saved = applied is None and kept.exists()
        fitted = Calibration(json.loads(kept.read_text(encoding="utf-8")), kept_notes) if is_saved else None
        if table is not None:
            result = table.extended(_tables.added(result, table, _ADDED))
    return Calibrated(result, json.loads(printed), fitted)


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot
    except ImportError:
        raise ImportError("plot() draws with matplotlib: pip install matplotlib") from None
    return matplotlib.pyplot.gca()
