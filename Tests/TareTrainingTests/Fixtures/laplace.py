"""The Laplace posterior of Bradley-Terry weights by scikit-learn and numpy, for UncertaintyTests.

  pip install numpy scikit-learn
  python laplace.py laplace.json

80 random pairs of 4 features; ridges 0.5 and 20. The optimum is LogisticRegression's on the pairs in both
directions at half weight, the covariance the inverse of the Hessian there, and `deviations` are those of
the scores' differences of five new pairs.
"""
import json, sys
import numpy as np, sklearn
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(11)
w = np.array([1.0, -0.5, 0.0, 0.25])
d = rng.normal(0, 1, (80, 4)) * np.array([1, 2, 0.5, 1])
d *= np.where(rng.random(80) < 1 / (1 + np.exp(-d @ w)), 1, -1)[:, None]
new = rng.normal(0, 2, (5, 4))

def posterior(ridge):
    model = LogisticRegression(C=1 / ridge, fit_intercept=False, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    model.fit(np.vstack([d, -d]), np.repeat([1, 0], 80), sample_weight=np.full(160, 0.5))
    at = model.coef_[0]
    p = 1 / (1 + np.exp(d @ at))
    covariance = np.linalg.inv((d.T * (p * (1 - p))) @ d + ridge * np.eye(4))
    deviations = np.sqrt(np.einsum("ij,jk,ik->i", new, covariance, new))
    return {"ridge": ridge, "weights": at.tolist(), "covariance": covariance.tolist(),
            "deviations": deviations.tolist()}

json.dump({"numpy": np.__version__, "scikit-learn": sklearn.__version__, "differences": d.tolist(),
           "new": new.tolist(), "posteriors": [posterior(r) for r in (0.5, 20.0)]}, open(sys.argv[1], "w"))
