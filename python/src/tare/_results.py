"""What all results share: JSON, tables, HTML for notebooks, and metrics for trackers."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._trackers import log

if TYPE_CHECKING:
    import pyarrow


class Result:
    """A result of the program's: `json` is what the command prints with --json."""
    json: dict[str, Any]

    @property
    def findings(self) -> Any:
        """What was found beside the numbers; empty where there is nothing to say."""
        return self.json.get("findings") or {}

    def metrics(self) -> dict[str, float]:
        """The result's main numbers by names, as trackers take them."""
        raise NotImplementedError

    def rows(self) -> list[dict[str, Any]]:
        """A short table of the result, as notebooks show it."""
        raise NotImplementedError

    def log_to(self, tracker: Any, *, prefix: str = "tare/", step: int | None = None) -> None:
        """Logs the metrics, and the short table, to the run that is active.

        Arguments:
            tracker: "wandb", "mlflow" or "trackio", or a run of wandb's or trackio's.
            prefix: is put before each name.
            step: the step of training.
        """
        log(self.metrics(), self.rows(), self.json, type(self).__name__.lower(), tracker, prefix, step)

    def _caption(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        return table_html(self._caption(), self.rows())


def finite(numbers: Mapping[str, Any]) -> dict[str, float]:
    """The entries that are finite numbers, as floats."""
    return {
        name: float(value) for name, value in numbers.items()
        if isinstance(value, (int, float)) and math.isfinite(value)}


def cell(value: Any, interval: Sequence[float] | None = None, percent: bool = False) -> str:
    """A number as text, with its interval."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)

    def show(number: float) -> str:
        if percent:
            return f"{number:.1%}"
        return str(number) if isinstance(number, int) else f"{number:.4g}"
    text = show(value)
    return f"{text} ({show(interval[0])} to {show(interval[1])})" if interval else text


def table_html(caption: str, rows: Sequence[Mapping[str, Any]], limit: int = 20) -> str:
    """Rows as an HTML table, in the notebook's own style."""
    import html
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(row.get(name)))}</td>" for name in names) + "</tr>"
        for row in rows[:limit])
    rest = f"<p>{len(rows) - limit} more rows</p>" if len(rows) > limit else ""
    above = f"<caption style='caption-side:top;text-align:left'>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def first_rows(table: Any, count: int = 10) -> list[dict[str, Any]]:
    """The first rows of any kind of table, as dicts."""
    if isinstance(table, list):
        return [dict(row) for row in table[:count]]
    if isinstance(table, Mapping):
        return [dict(zip(table, values)) for values in zip(*(column[:count] for column in table.values()))]
    if hasattr(table, "to_pylist"):
        rows: list[dict[str, Any]] = table.slice(0, count).to_pylist()
        return rows
    if hasattr(table, "to_dicts"):
        return list(table.head(count).to_dicts())
    if hasattr(table, "to_dict") and hasattr(table, "head"):
        return list(table.head(count).to_dict("records"))
    if hasattr(table, "dtype"):
        return [dict(zip(table.dtype.names, row.tolist())) for row in table[:count]]
    return [dict(table[place]) for place in range(min(count, len(table)))]


def numbers_of(table: Any, name: str) -> Any:
    """A column of any kind of table as float64, NaN for none."""
    import numpy as np
    column = [row[name] for row in table] if isinstance(table, list) else table[name]
    if hasattr(column, "to_numpy"):
        column = column.to_numpy()
    elif hasattr(column, "to_pylist"):
        column = column.to_pylist()
    return np.array([np.nan if value is None else value for value in column], float)


def line_plot(
    lines: Sequence[tuple[str, Sequence[float], Sequence[float], str]], x_name: str, y_name: str,
) -> str:
    """Lines as an SVG that takes the page's text colour: (name, x, y, colour), and a legend."""
    import html
    width, height, left, bottom, top = 460, 220, 56, 40, 12
    lines = [line for line in lines if len(line[1]) > 1]
    if not lines:
        return ""
    xs, ys = [v for line in lines for v in line[1]], [v for line in lines for v in line[2]]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if x0 == x1 or not all(map(math.isfinite, (x0, x1, y0, y1))):
        return ""
    if y0 == y1:
        y0, y1 = y0 - 1, y1 + 1

    def across(x: float) -> float:
        return left + (x - x0) / (x1 - x0) * (width - left - 12)

    def up(y: float) -> float:
        return top + (y1 - y) / (y1 - y0) * (height - top - bottom)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        f"role='img' aria-label='{html.escape(y_name)} over {html.escape(x_name)}' font-size='11' "
        "font-family='sans-serif' fill='currentColor'>",
        f"<path d='M{left} {top}V{height - bottom}H{width - 12}' fill='none' stroke='currentColor' opacity='.5'/>"]
    for y in (y0, y1):
        parts.append(f"<text x='{left - 6}' y='{up(y) + 4:.1f}' text-anchor='end'>{y:.3g}</text>")
    for x, anchor in ((x0, "start"), (x1, "end")):
        parts.append(f"<text x='{across(x):.1f}' y='{height - bottom + 14}' text-anchor='{anchor}'>{x:.4g}</text>")
    parts.append(f"<text x='{(left + width) / 2}' y='{height - bottom + 14}' text-anchor='middle'>"
                 f"{html.escape(x_name)}</text>")
    for place, (name, x_values, y_values, colour) in enumerate(lines):
        points = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in zip(x_values, y_values))
        parts.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
        parts.append(f"<text x='{left + 110 * place}' y='{height - 6}' fill='{colour}'>{html.escape(name)}</text>")
    return "".join(parts) + "</svg>"


def as_table(rows: list[dict[str, Any]]) -> pyarrow.Table:
    from ._tables import from_rows
    return from_rows(rows)
