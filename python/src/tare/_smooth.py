"""Smoothing: a LOWESS curve of one column over another, with a band."""
from __future__ import annotations

import dataclasses
import json
from typing import Any

from . import _binary, _tables


@dataclasses.dataclass(frozen=True)
class Curve:
    """A curve with its 95% band."""
    json: dict
    """What `tare smooth --json` prints."""

    @property
    def table(self) -> list[dict]:
        """x, fitted, se, lower, upper and slope at each distinct x, or at the places that were asked for."""
        return self.json["curve"]

    @property
    def turning_points(self) -> list[dict]:
        return self.json.get("turning_points") or []

    def plot(self, ax: Any = None) -> Any:
        """The curve and its band, with matplotlib."""
        if ax is None:
            import matplotlib.pyplot
            ax = matplotlib.pyplot.gca()
        x, fitted, lower, upper = ([row[name] for row in self.table] for name in ("x", "fitted", "lower", "upper"))
        ax.plot(x, fitted)
        ax.fill_between(x, lower, upper, alpha=0.2)
        ax.set(xlabel=self.json["x"], ylabel=self.json["y"])
        return ax

    def __repr__(self) -> str:
        return f"Curve({self.json['y']!r} over {self.json['x']!r}, {self.json['rows']} rows, {len(self.table)} places)"


def smooth(data: Any, x: str, y: str, *, at: list[float] | None = None, **options: Any) -> Curve:
    """A LOWESS curve of a column over another.

    Arguments:
        at: the places at which the curve is wanted; each distinct x by default.
        options: every other option of `tare smooth`, with _ for -: frac=0.3, turning_points=True, rules="r".

    >>> [row["fitted"] for row in smooth({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]}, "x", "y").table]
    [2.0, 4.0, 6.0, 8.0]
    """
    if at is not None:
        options["at"] = ",".join(repr(float(place)) for place in at)
    with _tables.folder() as folder:
        source = _tables.given(data, folder / "in.arrow")
        return Curve(json.loads(_binary.run("smooth", source, *_binary.options({"x": x, "y": y} | options), "--json")))
