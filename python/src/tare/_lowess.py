"""LOWESS with the signature and the results of statsmodels'."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._smooth import smooth

if TYPE_CHECKING:
    import numpy


def lowess(
    endog: Any, exog: Any, frac: float = 2 / 3, it: int = 3, delta: float = 0.0, xvals: None = None,
    is_sorted: bool = False, missing: str = "drop", return_sorted: bool = True,
) -> numpy.ndarray:
    """As `statsmodels.nonparametric.lowess`, to nine digits where no values of x are tied at a neighbourhood's edge,
    and in n log n with delta 0.

    Arguments:
        endog, exog: y and x, [n].
        xvals: refused, since statsmodels fits anew at other places; `tare.smooth(at=…)` interpolates the curve there.
        missing: "drop" leaves out rows with NaN, "raise" refuses them, "none" takes them as they are.

    Returns:
        x and the curve in the order of x, [n, 2]; the curve alone in the order of the rows where `return_sorted` is
        False, NaN at rows that were left out.
    """
    import numpy as np
    if xvals is not None:
        raise NotImplementedError("xvals: statsmodels fits anew at other places; tare.smooth(at=…) interpolates there")
    y, x = (np.asarray(values, dtype=float) for values in (endog, exog))
    if y.ndim != 1 or x.ndim != 1 or len(x) != len(y):
        raise ValueError("exog and endog must be vectors of one length")
    good = np.isfinite(x) & np.isfinite(y)
    if missing == "raise" and not good.all():
        raise ValueError("missing or infinite values in exog or endog")
    curve = smooth(
        {"x": x[good], "y": y[good]}, "x", "y", frac=float(frac), it=int(it), delta=float(delta), rules="statsmodels")
    fitted = {row["x"]: row["fitted"] for row in curve.table}
    values = np.full(len(x), np.nan)
    values[good] = [fitted[place] for place in x[good].tolist()]
    if not return_sorted:
        return values
    order = np.flatnonzero(good)
    if not is_sorted:
        order = order[np.argsort(x[order], kind="stable")]
    return np.column_stack([x[order], values[order]])
