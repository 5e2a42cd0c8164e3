"""Makes calibrators.json: what scikit-learn, statsmodels, scipy and numpy give where the calibrators
of Tare compute the same thing.

Versions used: Python 3.11, numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, scikit-learn 1.9.1.
Run here: python calibrators.py

One made table for all: 96 responses to 36 prompts, lengths all different, labels that follow quality.
"""
import json

import numpy as np
import statsmodels.api as sm
from scipy.optimize import isotonic_regression, minimize
from sklearn.isotonic import IsotonicRegression
from statsmodels.nonparametric.smoothers_lowess import lowess

rng = np.random.default_rng(41)

# ---------------------------------------------------------------- the table
sizes = np.repeat([2, 3, 4], [20, 8, 8])
prompt = np.repeat(np.arange(len(sizes)), sizes)
n = len(prompt)
level = rng.normal(0, 1, len(sizes))[prompt]
length = rng.permutation(np.arange(1, n + 1)) * 17.0 + np.round(300 * np.exp(0.5 * level))
length += np.arange(n) * 1e-3  # no two alike
words = np.round(length / 5 + rng.normal(0, 40, n), 2)
quality = rng.normal(0, 1, n)
score = quality + 0.4 * level + 1.2 * np.log(length / 500) + rng.normal(0, 0.4, n)
score[5] += 9  # an outlier for the robust fits
label = np.zeros(n)
for p in range(len(sizes)):
    rows = np.flatnonzero(prompt == p)
    label[rows[np.argmax(quality[rows] + rng.normal(0, 0.5, len(rows)))]] = 1
score, length = np.round(score, 6), np.round(length, 6)

result = {
    "table": {
        "prompt": [f"p{p}" for p in prompt], "length": length.tolist(), "words": words.tolist(),
        "score": score.tolist(), "label": label.tolist(),
    }
}


def numbers(values):
    return [float(v) for v in np.asarray(values).ravel()]


# ---------------------------------------------------------------- isotonic: scikit-learn
rounded = np.round(score, 1)  # ties: each counts by its number
model = IsotonicRegression(out_of_bounds="clip").fit(rounded, label)
new = np.linspace(rounded.min() - 1, rounded.max() + 1, 41)
result["isotonic"] = {
    "scores": numbers(rounded), "probabilities": numbers(model.predict(rounded)),
    "new_scores": numbers(new), "new_probabilities": numbers(model.predict(new)),
}

# ---------------------------------------------------------------- bradley-terry


def labelled_pairs(keep):
    pairs = []
    for p in range(len(sizes)):
        rows = np.flatnonzero((prompt == p) & keep)
        mine = [(i, j) for i in rows for j in rows if label[i] > label[j]]
        pairs += [(i, j, p, 1 / len(mine)) for i, j in mine]
    better, worse, group, weight = (np.array(column) for column in zip(*pairs))
    features = np.column_stack([
        column[better] - column[worse] for column in (score, length, words)])
    return features, group, weight


# Prompts of two responses: a plain logit without intercept, every prompt a cluster.
features, group, weight = labelled_pairs(sizes[prompt] == 2)
spread = np.sqrt((weight[:, None] * features**2).sum(0) / len(np.unique(group)))
sign = np.where(np.arange(len(group)) % 2, 1, -1)  # statsmodels wants both outcomes
fit = sm.Logit((sign > 0).astype(float), features / spread * sign[:, None]).fit(
    disp=False, tol=1e-14, maxiter=200, cov_type="cluster",
    cov_kwds={"groups": group, "use_correction": False})
result["bradley_terry_pairs"] = {
    "coefficients": numbers(fit.params / spread), "standard_errors": numbers(fit.bse / spread)}

# All prompts, a prompt's pairs sharing its weight, ridge 2 on the covariates: scipy.
features, group, weight = labelled_pairs(np.ones(n, bool))
spread = np.sqrt((weight[:, None] * features**2).sum(0) / len(np.unique(group)))
z = features / spread
ridge = np.array([0, 2, 2])


def loss(b):
    return (weight * np.logaddexp(0, -z @ b)).sum() + (ridge * b**2).sum() / 2


def gradient(b):
    return -(weight / (1 + np.exp(z @ b))) @ z + ridge * b


b = minimize(loss, np.zeros(3), jac=gradient, method="BFGS", options={"gtol": 1e-12}).x
lost = 1 / (1 + np.exp(z @ b))
bread = np.linalg.inv((z * (weight * lost * (1 - lost))[:, None]).T @ z + np.diag(ridge))
scores = np.array([((weight * lost)[group == g] @ z[group == g]) for g in np.unique(group)])
error = np.sqrt(np.diag(bread @ scores.T @ scores @ bread))
result["bradley_terry_ridge"] = {
    "coefficients": numbers(b / spread), "standard_errors": numbers(error / spread)}

# ---------------------------------------------------------------- within-prompt and additive


def local_lines(x, y, weights, frac):
    """LOWESS without robustness, with case weights, by its definition."""
    k = int(frac * len(x) + 1e-10)
    order = np.argsort(x)
    fitted = np.empty(len(x))
    for i in range(len(x)):
        near = np.argsort(np.abs(x - x[i]), kind="stable")[:k]
        width = np.abs(x[near] - x[i]).max()
        w = (1 - (np.abs(x[near] - x[i]) / width) ** 3) ** 3 * weights[near]
        root = np.sqrt(w)
        design = np.column_stack([np.ones(k), x[near] - x[i]])
        fitted[i] = np.linalg.lstsq(design * root[:, None], y[near] * root, rcond=None)[0][0]
    return fitted


one = np.ones(n)
assert np.allclose(
    local_lines(length, score, one, 0.6), lowess(score, length, 0.6, it=0, return_sorted=False),
    atol=1e-9)


def backfitting(columns, groups, frac, it):
    """Curves and group means in turn until nothing moves; then again with bisquare weights."""
    curves = np.zeros((len(columns), n))
    weights = np.ones(n)

    def rest():
        left = score - curves.sum(0)
        for g in np.unique(groups):
            mine = groups == g
            w = np.maximum(weights[mine], 1e-9)
            left[mine] -= (w * left[mine]).sum() / w.sum()
        return left

    for iteration in range(it + 1):
        for _ in range(4000):
            before = curves.copy()
            for t, x in enumerate(columns):
                curve = local_lines(x, rest() + curves[t], weights, frac)
                curves[t] = curve - curve.mean()
            if np.abs(curves - before).max() < 1e-11 * np.ptp(score):
                break
        residual = rest()
        u = np.minimum(np.abs(residual) / (6 * np.median(np.abs(residual))), 1)
        weights = (1 - u**2) ** 2
    return curves


result["within_prompt"] = {
    "frac": 0.6, "plain": numbers(backfitting([length], prompt, 0.6, 0)[0]),
    "robust": numbers(backfitting([length], prompt, 0.6, 2)[0])}
plain = backfitting([length, words], np.zeros(n), 0.7, 0)
result["additive"] = {
    "frac": 0.7, "length": numbers(plain[0]), "words": numbers(plain[1]),
    "robust_sum": numbers(backfitting([length, words], np.zeros(n), 0.7, 2).sum(0))}

# ---------------------------------------------------------------- mean: the definition, n² steps
difference = np.mean([
    abs(length[i] - length[j]) for i in range(n) for j in range(i) if prompt[i] == prompt[j]])
d = difference / 1.4
mean = []
for i in range(n):
    distance = np.abs(length - length[i])
    reach = max(d, np.sort(distance)[19])  # grown until it holds 20
    mean.append(score[distance <= reach].mean())
published = []
by_length = np.argsort(length)
for i in range(n):
    window = [j for j in by_length if abs(length[j] - length[i]) <= d][:-1]
    published.append(score[window].mean() if len(window) >= 20 else np.nan)
thin = np.isnan(published)
left = np.array([thin[prompt == p].any() for p in prompt])
result["mean"] = {
    "ratio": 1.4, "half_width": float(d), "bias": numbers(mean),
    "published": numbers(np.where(left, 0, published))}
assert 10 < left.sum() < n - 10, left.sum()

# ---------------------------------------------------------------- surface


def nodes(x):
    order = np.argsort(x, kind="stable")
    return x[order[np.arange(25) * (n - 1) // 24]]


def planes(frac):
    x, y = (length - length.mean()) / length.std(), (words - words.mean()) / words.std()
    k = int(frac * n + 1e-10)
    values = []
    for atx in (nodes(length) - length.mean()) / length.std():
        for aty in (nodes(words) - words.mean()) / words.std():
            distance = np.hypot(x - atx, y - aty)
            width = np.sort(distance)[k - 1]
            w = np.sqrt(np.maximum(1 - (distance / width) ** 3, 0) ** 3)
            design = np.column_stack([np.ones(n), x - atx, y - aty])
            values.append(np.linalg.lstsq(design * w[:, None], score * w, rcond=None)[0][0])
    return np.array(values).reshape(25, 25)


surface = planes(0.4)
result["surface"] = {
    "frac": 0.4, "x": numbers(nodes(length)), "y": numbers(nodes(words)),
    "every_sixth": numbers(surface[::6, ::6])}

# ---------------------------------------------------------------- monotone
curve = lowess(score, length, 0.3, it=3)
result["monotone"] = {
    "frac": 0.3, "length": numbers(curve[:, 0]),
    "increasing": numbers(isotonic_regression(curve[:, 1]).x),
    "decreasing": numbers(isotonic_regression(curve[:, 1], increasing=False).x)}

# ---------------------------------------------------------------- quantile


def quantiles(values, weights, levels):
    """Straight between the middles of the points' weights."""
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    shares = np.arange(levels + 2) / (levels + 1)
    return np.interp(shares * weights.sum(), np.cumsum(weights) - weights / 2, values)


def local_quantiles(x0, frac, levels):
    distance = np.abs(length - x0)
    near = np.argsort(distance)[:int(frac * n)]
    weights = (1 - (distance[near] / distance[near].max()) ** 3) ** 3
    return quantiles(score[near][weights > 0], weights[weights > 0], levels)


knots = np.sort(length)[np.arange(60) * (n - 1) // 59]
result["quantile"] = {
    "frac": 0.4, "x": numbers(knots), "overall": numbers(quantiles(score, np.ones(n), 4)),
    "every_tenth": numbers([local_quantiles(x0, 0.4, 4) for x0 in knots[::10]])}

with open("calibrators.json", "w") as out:
    json.dump(result, out, separators=(",", ":"))
    out.write("\n")
