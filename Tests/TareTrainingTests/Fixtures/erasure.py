"""Reference of bias erasure: numpy 2, run as `python erasure.py > erasure.json`.

LEACE is written as in Belrose et al. (2023), by whitening with a matrix root, where the program solves one linear system.
"""
import json

import numpy as np

rng = np.random.default_rng(6)
PAIRS, WIDTH = 30, 6
mixing = rng.normal(0, 1, (WIDTH, WIDTH))
plain = (rng.normal(0, 1, (PAIRS, WIDTH)) @ mixing).astype(np.float32)
biased = (plain + rng.normal(0.8, 0.3, (PAIRS, 1)) * rng.normal(0, 1, WIDTH) + rng.normal(0, 0.2, (PAIRS, WIDTH))).astype(np.float32)
states = np.concatenate([plain, biased]).astype(np.float64)
labels = np.concatenate([np.zeros(PAIRS), np.ones(PAIRS)])
center = states.mean(0)
covariance = np.cov(states.T, bias=True)
covariance += 1e-3 * np.trace(covariance) / WIDTH * np.eye(WIDTH)
cross = ((states - center) * (labels - labels.mean())[:, None]).mean(0)
values, vectors = np.linalg.eigh(covariance)
whitening = vectors @ np.diag(values ** -0.5) @ vectors.T
unwhitening = vectors @ np.diag(values ** 0.5) @ vectors.T
u = whitening @ cross
projection = unwhitening @ np.outer(u, u) / (u @ u) @ whitening
difference = biased.mean(0, dtype=np.float64) - plain.mean(0, dtype=np.float64)
mean_projection = np.outer(difference, difference) / (difference @ difference)


def erased(p):
    return (states - (states - center) @ p.T).tolist()


print(json.dumps({
    "plain": plain.astype(float).tolist(), "biased": biased.astype(float).tolist(),
    "weight": [0.5, -1.0, 2.0, 0.25, 1.5, -0.75], "bias": 0.3,
    "leace": erased(projection), "mean": erased(mean_projection)}))
