"""Makes judgements.csv and length_control.csv: length-controlled win rates by scipy.

Versions used: Python 3.11, numpy 2.4.6, scipy 1.17.1.
Run here: python length_control.py

All inputs are made here, from a seed. The weights that the fit is drawn to are those published by alpaca_eval
0.6.6 for its two gamed baselines; without difficulties it is drawn to 0 with a curvature of 10.
"""
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, minimize
from scipy.special import expit, log_expit
from scipy.stats import norm

random = np.random.default_rng(5)


def write(name, header, rows):
    with open(name, "w") as out:
        print(header, file=out)
        for row in rows:
            print(*[repr(float(x)) if isinstance(x, float) else x for x in row], sep=",", file=out)


# Length control: the penalised likelihood by BFGS; estimated difficulties by turns, the models' fit
# and then each instruction's, until neither moves
COUNT = 80
gamma = random.normal(0, 1, COUNT)
square = quad(lambda z: np.tanh(z) ** 2 * norm.pdf(z), -10, 10)[0]
assert abs(square - 0.394) < 5e-4, square


def fit(t, g, p):
    length, difficulty = 0.2 * COUNT / 4 * 0.394, 0.2 * COUNT / 4 * np.mean(g ** 2)
    centre = np.array([1.6130, 0.7585])
    if not g.any():
        length, difficulty, centre = 10, 1, np.zeros(2)

    def loss(w):
        z = w[0] + w[1] * t + w[2] * g
        return (-np.sum(p * log_expit(z) + (1 - p) * log_expit(-z))
                + length * (w[1] - centre[0]) ** 2 / 2 + difficulty * (w[2] - centre[1]) ** 2 / 2)

    def slope(w):
        r = expit(w[0] + w[1] * t + w[2] * g) - p
        return np.array([r.sum(), r @ t + length * (w[1] - centre[0]),
                         r @ g + difficulty * (w[2] - centre[1])])

    return minimize(loss, [0, 1, 1], jac=slope, method="BFGS", options={"gtol": 1e-10}).x


def difficulty_of(column, weights):
    """The penalised likelihood of one instruction's difficulty, by bisection."""
    def slope(g):
        return g + sum(w[2] * (expit(w[0] + w[1] * t + w[2] * g) - p)
                       for w, (t, p) in zip(weights, column))
    return brentq(slope, -50, 50, xtol=1e-13)


def standardised(x):
    return (x - x.mean()) / x.std(ddof=1)


rows, results, models = [], [], []
for case, theta, phi, psi in [("weak", -2.0, 1.0, 0.7), ("even", 0.2, 1.5, 1.0),
                              ("odd", 0.5, -0.5, 0.3)]:
    baseline = np.round(np.exp(random.normal(7, 0.5, COUNT)))
    length = np.round(baseline * np.exp(random.normal(-0.2, 0.4, COUNT)))
    delta = length - baseline
    t = np.tanh(delta / delta.std(ddof=1))
    p = np.round(expit(theta + phi * t + psi * gamma + random.normal(0, 1, COUNT)), 6)
    models.append((case, t, p))
    rows += [(case, i, float(gamma[i]), float(p[i]), int(length[i]), int(baseline[i]))
             for i in range(COUNT)]


def add(kind, g):
    for case, t, p in models:
        w = fit(t, g, p)
        results.append((case, kind, float(100 * expit(w[0] + w[2] * g).mean()), float(w[1]),
                        float(w[2])))


add("known", gamma)
add("none", np.zeros(COUNT))
means = np.clip(np.mean([p for _, _, p in models], axis=0), 0.001, 0.999)
estimated = standardised(np.log(means / (1 - means)))
for _ in range(100):
    weights = [fit(t, estimated, p) for _, t, p in models]
    estimated = standardised(np.array([
        difficulty_of([(t[i], p[i]) for _, t, p in models], weights) for i in range(COUNT)]))
add("estimated", estimated)
write("judgements.csv", "model,instruction,difficulty,preference,length,baseline", rows)
write("length_control.csv", "model,difficulty,value,length_weight,difficulty_weight", results)
