"""Makes lowess_points.csv and lowess_settings.csv: what statsmodels' lowess gives on 26 scenarios.

Versions used: Python 3.11, numpy 2.4.6, statsmodels 0.15.0.
Run here: python lowess.py

The points are put in a stable order before the call, since statsmodels' own sort may take points of
equal x in any order and some of its rules depend on that order.
"""
import numpy as np
from statsmodels.nonparametric.smoothers_lowess import lowess

rng = np.random.default_rng(20240917)


def wave(x, noise=0.3):
    return np.sin(x) + noise * rng.standard_normal(len(x))


def with_outliers(y):
    y = y.copy()
    y[::9] += rng.standard_cauchy(len(y[::9])) * 5
    return y


even = np.linspace(0, 10, 60)
loose = rng.uniform(0, 10, 60)
tied = rng.integers(0, 12, 70).astype(float)
lengths = np.round(np.exp(rng.normal(6.5, 0.8, 120)))
skewed = np.exp(rng.normal(0, 4, 60))
loose_y, tied_y, even_y = wave(loose), wave(tied), wave(even)
spiky = with_outliers(loose_y)
steps = np.where(np.arange(60) % 7 == 0, 5.0, 1.0)

SCENARIOS = [  # name, x, y, frac, it, delta
    ("defaults", loose, loose_y, 2 / 3, 3, 0),
    ("frac 0.9", loose, loose_y, 0.9, 3, 0),
    ("frac 1", loose, loose_y, 1, 3, 0),
    ("frac 0 takes 2 points", loose, loose_y, 0, 3, 0),
    ("frac takes 3 points", loose, loose_y, 0.05, 2, 0),
    ("frac n just below an integer", even, even_y, 0.7 - 1e-13, 1, 0),
    ("outliers it 0", loose, spiky, 0.5, 0, 0),
    ("outliers it 3", loose, spiky, 0.5, 3, 0),
    ("outliers it 6", loose, spiky, 0.5, 6, 0),
    ("ties", tied, tied_y, 0.4, 3, 0),
    ("ties wider than the neighbourhood", tied, tied_y, 0.03, 2, 0),
    ("one x", np.full(9, 4.0), even_y[:9], 0.7, 3, 0),
    ("two x", np.repeat([1.0, 2.0], 6), even_y[:12], 1, 3, 0),
    ("constant y", loose, np.full(60, 0.3), 0.5, 3, 0),
    ("median residual 0", even, steps, 0.2, 3, 0),
    ("straight line", even, 3 - 2 * even, 0.3, 0, 0),
    ("n 1", np.array([2.0]), np.array([5.0]), 0.5, 3, 0),
    ("n 2", np.array([2.0, 1.0]), np.array([5.0, 7.0]), 0.5, 3, 0),
    ("n 3", np.array([2.0, 1.0, 4.0]), np.array([5.0, 7.0, 6.0]), 1, 3, 0),
    ("delta 0.3", loose, loose_y, 0.4, 3, 0.3),
    ("delta with ties", tied, tied_y, 0.4, 2, 2.5),
    ("delta beyond the range", loose, loose_y, 0.4, 1, 50),
    ("lengths", lengths, 0.002 * lengths + rng.standard_normal(120), 0.9, 3, 0),
    ("large offset", loose + 1e6, loose_y, 0.5, 3, 0),
    # Integers, spread wide enough that statsmodels' own sums around 1e9 keep nine digits.
    ("offset of a billion", lengths * 100 + 1e9, np.sin(lengths / 300), 0.5, 3, 0),
    ("nine orders of magnitude", skewed, np.log(skewed) + loose_y, 0.3, 3, 0),
]

with open("lowess_settings.csv", "w") as settings, open("lowess_points.csv", "w") as points:
    settings.write("scenario,frac,it,delta\n")
    points.write("scenario,x,y,fitted\n")
    for name, x, y, frac, it, delta in SCENARIOS:
        order = np.argsort(x, kind="stable")
        fitted = np.empty(len(x))
        fitted[order] = lowess(
            y[order], x[order], frac=frac, it=it, delta=delta, is_sorted=True, return_sorted=False)
        settings.write(f"{name},{float(frac)!r},{it},{float(delta)!r}\n")
        for row in zip(x.tolist(), y.tolist(), fitted.tolist()):
            points.write(name + "," + ",".join(map(repr, row)) + "\n")
