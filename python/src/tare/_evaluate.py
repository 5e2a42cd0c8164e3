"""Evaluation: how often a reward model prefers the better response."""
from __future__ import annotations

import dataclasses
import json
from typing import Any

from . import _binary, _tables


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Accuracies with intervals."""
    json: dict
    """What `tare evaluate --json` prints."""

    @property
    def accuracy(self) -> float:
        """The overall accuracy, of the calibrated scores where there are some."""
        return (self.json.get("calibrated") or self.json)["overall"]["accuracy"]

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% interval."""
        low, high = (self.json.get("calibrated") or self.json)["overall"]["interval"]
        return low, high

    @property
    def raw_accuracy(self) -> float:
        return self.json["overall"]["accuracy"]

    @property
    def table(self) -> list[dict]:
        """A row for the whole and for each section and subset, accuracies raw and calibrated."""
        calibrated = self.json.get("calibrated") or {}
        rows = [{"part": "overall"} | _row(self.json["overall"], calibrated.get("overall"))]
        for kind in ("sections", "subsets"):
            for name, numbers in self.json.get(kind, {}).items():
                rows.append({"part": name} | _row(numbers, calibrated.get(kind, {}).get(name)))
        return rows

    def _repr_html_(self) -> str:
        import html
        head = "<tr><th>part</th><th>n</th><th>raw</th><th>calibrated</th></tr>"
        body = "".join(
            f"<tr><td>{html.escape(str(row['part']))}</td><td>{row['n']}</td><td>{_cell(row, 'raw')}</td>"
            f"<td>{_cell(row, 'calibrated')}</td></tr>" for row in self.table)
        return f"<table><caption>accuracy, 95% intervals</caption>{head}{body}</table>"

    def __repr__(self) -> str:
        low, high = self.interval
        n = self.json["overall"]["n"]
        return f"Evaluation(accuracy={self.accuracy:.3f}, interval=({low:.3f}, {high:.3f}), n={n})"


def _row(raw: dict, calibrated: dict | None) -> dict:
    return {
        "n": raw["n"], "raw": raw["accuracy"], "raw_interval": raw.get("interval"),
        "calibrated": calibrated and calibrated["accuracy"],
        "calibrated_interval": calibrated and calibrated.get("interval")}


def _cell(row: dict, name: str) -> str:
    if row[name] is None:
        return "–"
    interval = row[f"{name}_interval"]
    return f"{row[name]:.1%}" + (f" ({interval[0]:.1%} to {interval[1]:.1%})" if interval else "")


def evaluate(
    data: Any, *, score: str | None = None, group: str | None = None, label: str | None = None,
    length: str | None = None, against: Any = None, **options: Any,
) -> Evaluation:
    """How often the scores prefer the better response, with intervals.

    Arguments:
        data: a table with a row a response or a pair; with a column `calibrated`, both scores are judged.
        length: the column of lengths, for accuracies by which of two responses is longer.
        against: another table of scores of the same responses, for paired tests.
        options: every other option of `tare evaluate`, with _ for -: benchmark="bestofn", bootstrap=1000.

    >>> rows = [{"prompt_id": p, "score": s, "label": l} for p, s, l in
    ...         [("a", 2.0, 1), ("a", 1.0, 0), ("b", 0.0, 1), ("b", 3.0, 0)]]
    >>> evaluate(rows).accuracy
    0.5
    """
    with _tables.folder() as folder:
        words = _binary.options({"score": score, "group": group, "label": label, "length": length} | options)
        if against is not None:
            words += ["--against", _tables.given(against, folder / "against.arrow")]
        source = _tables.given(data, folder / "in.arrow")
        return Evaluation(json.loads(_binary.run("evaluate", source, *words, "--json")))
