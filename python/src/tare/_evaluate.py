"""Evaluation: how often a reward model prefers the better response."""
from __future__ import annotations

import dataclasses
import json
from typing import Any

from . import _binary, _tables
from ._calibrate import _axes
from ._errors import UsageError
from ._progress import Progress
from ._results import Result, cell, finite


@dataclasses.dataclass(frozen=True, repr=False)
class Evaluation(Result):
    """Accuracies with intervals."""
    json: dict[str, Any]
    """What `tare evaluate --json` prints."""

    @property
    def accuracy(self) -> float:
        """The overall accuracy, of the calibrated scores where there are some."""
        return float(self._counted["overall"]["accuracy"])

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95% interval; None where the benchmark's formula has none."""
        interval = self._counted["overall"].get("interval")
        return (float(interval[0]), float(interval[1])) if interval else None

    @property
    def raw_accuracy(self) -> float:
        """The overall accuracy of the scores as they are."""
        self._counted
        return float(self.json["overall"]["accuracy"])

    @property
    def parts(self) -> dict[str, Evaluation]:
        """The evaluation of each model of a table with several (a column `rm`); empty where there is one."""
        return {str(part["name"]): Evaluation(part) for part in self.json.get("parts") or []}

    @property
    def leaderboard(self) -> list[dict[str, Any]]:
        """Several models, the best first, with an interval on each rank."""
        leaderboard: list[dict[str, Any]] = self.json.get("leaderboard") or []
        return leaderboard

    @property
    def _counted(self) -> dict[str, Any]:
        if "overall" not in self.json:
            raise UsageError(f"expected one of parts, {', '.join(self.parts)}, found several models")
        counted: dict[str, Any] = self.json.get("calibrated") or self.json
        return counted

    @property
    def findings(self) -> dict[str, Any]:
        """What was found beside the accuracies: by_length, reliability, the comparison with other scores, notes."""
        skipped = ("overall", "sections", "subsets", "calibrated", "benchmark", "micro", "parts", "leaderboard")
        return {name: value for name, value in self.json.items() if name not in skipped}

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for the whole and for each section and subset, accuracies raw and calibrated; of several models a row
        for each."""
        if self.parts:
            return [part.table[0] | {"part": name} for name, part in self.parts.items()]
        calibrated = self.json.get("calibrated") or {}
        rows = [{"part": "overall"} | _row(self.json["overall"], calibrated.get("overall"))]
        for kind in ("sections", "subsets"):
            for name, numbers in (self.json.get(kind) or {}).items():
                rows.append({"part": name} | _row(numbers, (calibrated.get(kind) or {}).get(name)))
        return rows

    def rows(self) -> list[dict[str, Any]]:
        has_both = any(row["calibrated"] is not None for row in self.table)
        rows = []
        for row in self.table:
            shown = {"part": row["part"], "n": row["n"], "raw": cell(row["raw"], row["raw_interval"], percent=True)}
            if has_both:
                shown["calibrated"] = cell(row["calibrated"], row["calibrated_interval"], percent=True)
            rows.append(shown)
        return rows

    def metrics(self) -> dict[str, float]:
        if self.parts:
            several = {name: part.metrics() for name, part in self.parts.items()}
            return {f"{name}/{key}": value for name, own in several.items() for key, value in own.items()}
        numbers: dict[str, Any] = {"accuracy": self.accuracy, "raw_accuracy": self.raw_accuracy}
        if self.interval:
            numbers["accuracy_low"], numbers["accuracy_high"] = self.interval
        for row in self.table[1:]:
            numbers[f"accuracy_of/{row['part']}"] = row["raw"] if row["calibrated"] is None else row["calibrated"]
        return finite(numbers)

    def plot(self, ax: Any = None) -> Any:
        """The accuracies of the parts with their 95% intervals, raw and calibrated, with matplotlib."""
        ax = _axes(ax)
        rows = self.table
        places = range(len(rows))
        for name, shift in (("raw", -0.12), ("calibrated", 0.12)):
            shown = [(place, row) for place, row in zip(places, rows) if row[name] is not None]
            if not shown:
                continue
            values = [row[name] for _, row in shown]
            bands = [row[f"{name}_interval"] or (row[name], row[name]) for _, row in shown]
            errors = [[max(0.0, v - low) for v, (low, _) in zip(values, bands)],
                      [max(0.0, high - v) for v, (_, high) in zip(values, bands)]]
            ax.errorbar(values, [place + shift for place, _ in shown], xerr=errors, fmt="o", capsize=3, label=name)
        ax.set_yticks(list(places), [str(row["part"]) for row in rows])
        ax.invert_yaxis()
        ax.set(xlabel="accuracy")
        ax.legend()
        return ax

    def _caption(self) -> str:
        return f"accuracy, 95% intervals ({next(iter(self.parts.values()), self).json.get('benchmark')})"

    def __repr__(self) -> str:
        if self.parts:
            models = ", ".join(f"{name}={part.accuracy:.3f}" for name, part in self.parts.items())
            return f"Evaluation({len(self.parts)} models, {models})"
        interval = f"({self.interval[0]:.3f}, {self.interval[1]:.3f})" if self.interval else "None"
        n = self.json["overall"].get("n")
        return f"Evaluation(accuracy={self.accuracy:.3f}, interval={interval}, n={n})"


def _row(raw: dict[str, Any], calibrated: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "n": raw.get("n"), "raw": raw.get("accuracy"), "raw_interval": raw.get("interval"),
        "calibrated": calibrated and calibrated.get("accuracy"),
        "calibrated_interval": calibrated and calibrated.get("interval")}


def evaluate(
    data: Any, *, score: Any = None, group: Any = None, label: Any = None, length: Any = None, against: Any = None,
    progress: Progress = False, **options: Any,
) -> Evaluation:
    """How often the scores prefer the better response, with intervals.

    Arguments:
        data: a table with a row a response or a pair; with a column `calibrated`, both scores are judged. Or a vector
            of scores, with vectors as `group`, `label` and `length`.
        length: the column of lengths, for accuracies by which of two responses is longer.
        against: another table of scores of the same responses, for paired tests.
        options: every other option of `tare evaluate`, with _ for -: benchmark="bestofn", bootstrap=1000.

    >>> rows = [{"prompt_id": p, "score": s, "label": l} for p, s, l in
    ...         [("a", 2.0, 1), ("a", 1.0, 0), ("b", 0.0, 1), ("b", 3.0, 0)]]
    >>> evaluate(rows).accuracy
    0.5
    """
    if _tables.is_vector(data):
        data, columns = _tables.from_vectors(score=data, covariate=length, group=group, label=label)
        score, group, length, label = (columns[name] for name in ("score", "group", "covariate", "label"))
    chosen = {"score": score, "group": group, "label": label, "length": length} | options
    names: dict[str, str] = {}
    words = _binary.options(chosen)
    with _tables.folder() as folder:
        if against is not None:
            place = folder / "against.arrow"
            with _tables.given(against, place, names, chosen) as (other, _):
                words += ["--against", other]
            if str(place) in names:
                names[str(place)] = f"against, {names[str(place)]}"
        with _tables.given(data, folder / "in.arrow", names, chosen) as (source, _):
            printed = _binary.run("evaluate", source, *words, "--json", progress=progress, names=names)
    return Evaluation(json.loads(printed))
