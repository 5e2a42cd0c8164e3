"""Makes lowess_errors.csv: curve, slope and standard error of LOWESS straight from their definitions.

Versions used: Python 3.11, numpy 2.4.6.
Run here: python lowess_errors.py

Every local polynomial is solved by QR (numpy.linalg.lstsq), the shares of the points in it come from the
pseudo-inverse, and the error is the sandwich with leverage (HC3, MacKinnon and White 1985).
"""
import numpy as np

rng = np.random.default_rng(20241125)


def smooth(x, y, weights, frac, degree):
    """Curve, slope and each point's share in each value, [point], [point], [point, point]."""
    n = len(x)
    k = min(max(int(frac * n + 1e-10), 2), n)
    curve, slope, shares = np.empty(n), np.empty(n), np.zeros((n, n))
    for i in range(n):
        distance = np.abs(x - x[i])
        h = np.sort(distance)[k - 1]
        u = np.minimum(distance / h, 1)
        w = (1 - u**3) ** 3 * weights
        design = np.vander((x - x[i]) / h, degree + 1, increasing=True)
        root = np.sqrt(w)
        solve = np.linalg.pinv(design * root[:, None]) * root
        curve[i] = solve[0] @ y
        slope[i] = solve[1] @ y / h if degree else np.nan
        shares[i] = solve[0]
    return curve, slope, shares


def lowess(x, y, case_weights, frac, it, degree):
    weights = case_weights.copy()
    for _ in range(it):
        residual = np.abs(y - smooth(x, y, weights, frac, degree)[0])
        scale = 6 * np.median(residual[case_weights > 0])
        weights = case_weights * (1 - np.minimum(residual / scale, 1) ** 2) ** 2
    curve, slope, shares = smooth(x, y, weights, frac, degree)
    # Case weights count by their ratios alone; shares do not depend on their scale.
    free = 1 - np.diag(shares)
    spread = np.where(free > 1e-4, (y - curve) / np.where(free > 1e-4, free, 1), 0)
    return curve, slope, np.sqrt((shares**2) @ spread**2)


even = np.linspace(0, 10, 41)
loose = np.sort(np.exp(rng.normal(0, 1, 41)))
spiky = np.sin(loose) + 0.3 * rng.standard_normal(41)
spiky[::10] += 5
weighted = rng.choice([0, 0.5, 1, 2], 41)

with open("lowess_errors.csv", "w") as file:
    file.write("scenario,frac,it,degree,x,y,weight,fitted,slope,error\n")
    for degree in range(3):
        for name, x, y, w, frac, it in [
            ("even", even, np.sin(even) + 0.3 * rng.standard_normal(41), np.ones(41), 0.4, 0),
            ("robust", loose, spiky, np.ones(41), 0.5, 3),
            ("weighted", loose, spiky, weighted, 0.7, 1),
        ]:
            for row in zip(x, y, w, *lowess(x, y, w, frac, it, degree)):
                file.write(f"{name} {degree},{frac},{it},{degree}," + ",".join(repr(float(v)) for v in row) + "\n")
