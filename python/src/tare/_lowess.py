"""LOWESS with the signature and the results of statsmodels'."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _binary, _tables

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    Vector = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


def lowess(
    endog: Any, exog: Any, frac: float = 2.0 / 3.0, it: int = 3, delta: float = 0.0, xvals: Any = None,
    is_sorted: bool = False, missing: str = "drop", return_sorted: bool = True,
) -> Vector:
    """As `statsmodels.nonparametric.lowess`, to nine digits where no values of x are tied at a neighbourhood's edge,
    and in n log n with delta 0.

    Arguments:
        endog, exog: y and x, [n].
        frac: the share of the points in each neighbourhood.
        it: the robustifying iterations.
        delta: the distance within which the curve is interpolated.
        xvals: where the curve is fitted in place of the points' own x, [m].
        is_sorted: that x (and xvals) ascend; they are sorted here where they do not.
        missing: "drop" leaves out rows with NaN or infinite values, "raise" refuses them. With "none" statsmodels
            computes with them and gives nonsense; here they are refused.

    Returns:
        x and the curve in the order of x, [n, 2]; the curve alone in the order of the rows where `return_sorted` is
        False, NaN at rows that were left out. With xvals the curve at these, [m], whatever `return_sorted` says.

    >>> lowess([2.0, 4.0, 6.0, 8.0], [1.0, 2.0, 3.0, 4.0], frac=1, xvals=[2.5]).round(12).tolist()
    [5.0]
    """
    import numpy as np
    y, x = (np.asarray(values, dtype=float) for values in (endog, exog))
    if x.ndim != 1:
        raise ValueError("exog must be a vector")
    if y.ndim != 1:
        raise ValueError("endog must be a vector")
    if len(x) != len(y):
        raise ValueError("exog and endog must have same length")
    if missing not in ("none", "drop", "raise"):
        raise ValueError("missing can only be 'none', 'drop' or 'raise'")
    if not 0 <= frac <= 1:
        raise ValueError("Lowess `frac` must be in the range [0,1]!")
    good = np.isfinite(x) & np.isfinite(y)
    if missing != "drop" and not good.all():
        raise ValueError("nan or inf found in data")
    if xvals is not None:
        if delta != 0.0:
            raise ValueError("Cannot have non-zero 'delta' and 'xvals' values")
        return _at(np.asarray(xvals, dtype=float), x[good], y[good], float(frac), int(it), missing)
    values = np.full(len(x), np.nan)
    values[good] = _curve(x[good], y[good], float(frac), int(it), float(delta))
    if not return_sorted:
        return values
    order = np.flatnonzero(good)
    if not is_sorted:
        order = order[np.argsort(x[order], kind="stable")]
    return np.column_stack([x[order], values[order]])


def _curve(x: Vector, y: Vector, frac: float, it: int, delta: float) -> Vector:
    """The curve at each point, [n], by the program with statsmodels' rules."""
    import numpy as np
    values: Vector
    if len(x) < 2:
        values = y.copy()
        return values
    options = {"x": "x", "y": "y", "frac": repr(frac), "it": it, "delta": repr(delta), "rules": "statsmodels"}
    names: dict[str, str] = {}
    with _tables.folder() as folder:
        output = folder / "out.arrow"
        with _tables.given({"x": x, "y": y}, folder / "in.arrow", names) as (source, _):
            _binary.run("smooth", source, *_binary.options(options), "-o", output, names=names)
        curve = _tables.read(output)
        places, fitted = curve["x"].to_numpy(), curve["fitted"].to_numpy()
    values = fitted[np.searchsorted(places, x)]
    return values


def _at(places: Vector, x: Vector, y: Vector, frac: float, it: int, missing: str) -> Vector:
    """The fits at other places, [m]: the weights of residuals are those of the curve at the points, as in
    statsmodels' `_lowess` with `given_xvals`."""
    import numpy as np
    if places.ndim != 1:
        raise ValueError("exog_predict must be a vector")
    good = np.isfinite(places)
    if missing != "drop" and not good.all():
        raise ValueError("nan or inf found in xvals")
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    n = len(x)
    fitted = np.full(len(places), np.nan)
    if n == 0:
        return fitted
    robustness = _bisquare(y, _curve(x, y, frac, it - 1, 0.0)) if it > 0 else np.ones(n)
    k = min(max(int(frac * n + 1e-10), 2), n)
    # The neighbourhood moves on while the place is beyond the middle between its first point and the next after it.
    starts = np.searchsorted((x[:n - k] + x[k:]) / 2, places[good])
    fitted[good] = [
        _fit(x[start:start + k], y[start:start + k], robustness[start:start + k], place)
        for start, place in zip(starts.tolist(), places[good].tolist())]
    return fitted


def _fit(x: Vector, y: Vector, robustness: Vector, place: float) -> float:
    """The local line at a place; NaN where fewer than two points have weight."""
    import numpy as np
    radius = max(place - x[0], x[-1] - place)
    if radius == 0:
        return float("nan")
    weights = (1 - (np.abs(x - place) / radius) ** 3) ** 3 * robustness
    if np.count_nonzero(weights > 1e-12) < 2:
        return float("nan")
    weights /= weights.sum()
    mean = weights @ x
    # The floor is statsmodels'.
    spread = max(weights @ (x - mean) ** 2, 1e-12)
    return float((weights * (1 + (place - mean) * (x - mean) / spread)) @ y)


def _bisquare(y: Vector, fitted: Vector) -> Vector:
    import numpy as np
    residuals = np.abs(y - fitted)
    median = np.median(residuals)
    scaled = (residuals > 0).astype(float) if median == 0 else np.minimum(residuals / (6 * median), 1)
    weights: Vector = (1 - scaled**2) ** 2
    return weights
