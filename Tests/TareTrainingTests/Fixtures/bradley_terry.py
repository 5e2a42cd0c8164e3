"""Ridge-penalised Bradley-Terry weights by an independent optimiser, for BradleyTerryTests.

  pip install numpy scipy
  python bradley_terry.py bradley_terry.json

60 random pairs of 5 features, some rows twice and one feature constant (differences 0); ridges 0.01, 1 and 100.
Minimised by scipy's Newton-CG with analytic gradient and Hessian to a gradient below 1e-9.
"""
import json, sys
import numpy as np, scipy
from scipy.optimize import minimize

rng = np.random.default_rng(7)
d = rng.normal(0, 1, (60, 5))
d[:, 3] = 0
d[10:20] = d[0:10]
d += np.array([0.5, -0.2, 0, 0, 0.1])

def fit(ridge):
    def f(w): return np.logaddexp(0, -d @ w).sum() + ridge / 2 * w @ w
    def g(w): return -(d.T @ (1 / (1 + np.exp(d @ w)))) + ridge * w
    def h(w):
        p = 1 / (1 + np.exp(d @ w))
        return (d.T * (p * (1 - p))) @ d + ridge * np.eye(5)
    r = minimize(f, np.zeros(5), jac=g, hess=h, method="Newton-CG", options={"xtol": 1e-14, "maxiter": 1000})
    assert np.abs(g(r.x)).max() < 1e-9, np.abs(g(r.x)).max()
    return {"ridge": ridge, "weights": r.x.tolist(), "loss": float(np.logaddexp(0, -d @ r.x).mean())}

json.dump({"scipy": scipy.__version__, "differences": d.tolist(), "fits": [fit(r) for r in (0.01, 1.0, 100.0)]},
          open(sys.argv[1], "w"))
