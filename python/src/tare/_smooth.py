"""Smoothing: a LOWESS curve of one column over another, with a band."""
from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from . import _binary, _tables
from ._calibrate import _axes
from ._errors import DataError
from ._results import Result, finite, line_plot


@dataclasses.dataclass(frozen=True, repr=False)
class Curve(Result):
    """A curve with its 95% band."""
    json: dict[str, Any]
    """What `tare smooth --json` prints."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """x, fitted, se, lower, upper and slope at each distinct x, or at the places that were asked for."""
        curve: list[dict[str, Any]] = self.json["curve"]
        return curve

    @property
    def turning_points(self) -> list[dict[str, Any]]:
        """Where the slope changes its sign, with `turning_points=True`."""
        points: list[dict[str, Any]] = self.json.get("turning_points") or []
        return points

    @property
    def findings(self) -> dict[str, Any]:
        return {name: value for name, value in self.json.items() if name != "curve"}

    def metrics(self) -> dict[str, float]:
        fitted = [row["fitted"] for row in self.table]
        return finite({
            "rows": self.json.get("rows"), "fitted_at_least_x": fitted[0], "fitted_at_largest_x": fitted[-1],
            "turning_points": len(self.turning_points)})

    def rows(self) -> list[dict[str, Any]]:
        step = max(1, -(-len(self.table) // 10))
        return self.table[::step]

    def plot(self, ax: Any = None) -> Any:
        """The curve and its band, with matplotlib."""
        ax = _axes(ax)
        x, fitted, lower, upper = ([row[name] for row in self.table] for name in ("x", "fitted", "lower", "upper"))
        ax.plot(x, fitted)
        ax.fill_between(x, lower, upper, alpha=0.2)
        ax.set(xlabel=self.json["x"], ylabel=self.json["y"])
        return ax

    def _caption(self) -> str:
        return f"{self.json['y']} over {self.json['x']}, {self.json['rows']} rows"

    def _repr_html_(self) -> str:
        x, y = [row["x"] for row in self.table], [row["fitted"] for row in self.table]
        names = str(self.json["x"]), str(self.json["y"])
        return super()._repr_html_() + line_plot([("fitted", x, y, "#1f6feb")], *names)

    def __repr__(self) -> str:
        return f"Curve({self.json['y']!r} over {self.json['x']!r}, {self.json['rows']} rows, {len(self.table)} places)"


def smooth(
    data: Any = None, x: Any = None, y: Any = None, *, at: Iterable[float] | None = None, **options: Any,
) -> Curve:
    """A LOWESS curve of one column over another: `smooth(df, "length", "score")`, or of vectors, `smooth(x, y)`.

    Arguments:
        at: the places at which the curve is wanted; each distinct x by default.
        options: every other option of `tare smooth`, with _ for -: frac=0.3, turning_points=True, rules="r".

    >>> [row["fitted"] for row in smooth([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]).table]
    [2.0, 4.0, 6.0, 8.0]
    """
    if y is None or data is None:
        first, second = (data, x) if y is None else (x, y)
        if first is None or second is None or isinstance(first, str) or isinstance(second, str):
            raise TypeError("expected smooth(data, 'x', 'y') with names of columns, or smooth(x, y) with vectors")
        if len(first) != len(second):
            raise DataError(f"expected as many values of y as of x, found {len(first)} of x and {len(second)} of y")
        data = {"x": first, "y": second}
        x, y = "x", "y"
        if (weights := options.get("weights")) is not None and not isinstance(weights, str):
            data["weights"], options = weights, options | {"weights": "weights"}
    if at is not None:
        options["at"] = ",".join(repr(float(place)) for place in at)
    chosen = {"x": x, "y": y} | options
    names: dict[str, str] = {}
    with _tables.folder() as folder:
        with _tables.given(data, folder / "in.arrow", names, chosen) as (source, _):
            return Curve(json.loads(_binary.run("smooth", source, *_binary.options(chosen), "--json", names=names)))
