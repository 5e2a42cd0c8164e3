"""Makes routing.json: load-balancing losses, distances of subsets, information between layers, ridge regressions on the
experts' shares, likeness of experts, assignments and rank correlations, by transformers, scipy, scikit-learn and NumPy.

Versions used: Python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, torch 2.15.0, transformers 5.23.0.
Run here: python routing_reference.py
"""
import hashlib
import itertools
import json

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, spearmanr, variation
from sklearn.metrics import mutual_info_score
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

random = np.random.default_rng(29)


# Load and losses


def loss(logits, k):
    """Of layers' logits, each [tokens, experts]."""
    return float(load_balancing_loss_func(tuple(logits), num_experts=logits[0].shape[1], top_k=k))


def spans(texts, batch):
    """Logits of each sequence, of each micro-batch and of all: lists of [layer][tokens, experts]."""
    def joined(part):
        return [torch.cat(layer) for layer in zip(*part)]
    batches = [texts[start:start + batch] for start in range(0, len(texts), batch)]
    return {"sequence": [joined([t]) for t in texts], "micro_batch": [joined(b) for b in batches],
            "global": [joined(texts)]}


def losses(texts, batch, k):
    found = {}
    for span, parts in spans(texts, batch).items():
        found[span] = {
            "layers": [float(np.mean([loss([part[layer]], k) for part in parts])) for layer in range(len(texts[0]))],
            "pooled": float(np.mean([loss(part, k) for part in parts])),
        }
    return found


def load():
    layers, experts, k, batch = 3, 6, 2, 4
    lengths = [9, 5, 12, 7, 6, 11, 8, 5, 10]
    subsets = ["a", "b", "a", "c", "b", "a", "c", "c", "b"]
    lean = {name: random.normal(size=(layers, experts)) for name in "abc"}
    texts = []
    for n, s in zip(lengths, subsets):
        # The last two layers have much in common.
        common = random.normal(size=(n, experts)) * 8
        texts.append([torch.tensor(random.normal(size=(n, experts)) + lean[s][layer] + common * (layer > 0))
                      for layer in range(layers)])
    chosen = [[layer.topk(k).indices.numpy() for layer in text] for text in texts]
    counts = np.array([[np.bincount(c.ravel(), minlength=experts) for c in text] for text in chosen])
    probabilities = [[layer.softmax(1).sum(0).tolist() for layer in text] for text in texts]
    joint = []
    for layer in range(layers - 1):
        table = np.zeros((experts, experts))
        for text in chosen:
            for here, there in zip(text[layer], text[layer + 1]):
                table[np.ix_(here, there)] += 1 / k**2
        joint.append(table)
    return {
        "layers": layers, "experts": experts, "chosen": k, "micro_batch": batch,
        "texts": [{"subset": s, "tokens": n, "counts": c.tolist(), "probabilities": p}
                  for s, n, c, p in zip(subsets, lengths, counts, probabilities)],
        "joint": [table.ravel().tolist() for table in joint],
        "losses": losses(texts, batch, k),
        **specialisation(counts, np.array(lengths), np.array(subsets), k),
        "information": [information(table, k) for table in joint],
    }


def specialisation(counts, lengths, subsets, k):
    """Of choices, [texts, layers, experts], their entropy and variation over experts and the distances of subsets."""
    share = counts.sum(0) / lengths.sum() / k
    of = {name: counts[subsets == name].sum(0) / lengths[subsets == name].sum() / k for name in sorted(set(subsets))}
    return {
        "entropy": [float(entropy(s)) for s in share],
        "variation": [float(variation(s)) for s in share],
        "distances": [{"first": a, "second": b,
                       "layers": [float(jensenshannon(p, q, base=2)) for p, q in zip(of[a], of[b])]}
                      for a, b in itertools.combinations(of, 2)],
    }


def information(table, k):
    """Miller and Madow: (m - 1) / 2N added to each plug-in entropy."""
    total = table.sum()
    def corrected(counts):
        return entropy(counts.ravel()) + (np.count_nonzero(counts) - 1) / (2 * total)
    first, second = corrected(table.sum(1)), corrected(table.sum(0))
    value = max(0.0, first + second - corrected(table))
    # It takes whole counts alone.
    nats = mutual_info_score(None, None, contingency=(table * k**2).astype(int))
    return {"nats": float(nats), "corrected": float(value), "share": float(min(value / min(first, second), 1))}


# Prediction


class Xoshiro256:
    """xoshiro256++, its state filled by splitmix64."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) % 2**64
            z = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
            z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
            self.state.append(z ^ z >> 31)

    def below(self, bound):
        def turned(x, n):
            return (x << n | x >> 64 - n) % 2**64
        s = self.state
        result = (turned((s[0] + s[3]) % 2**64, 23) + s[0]) % 2**64
        shifted = s[1] << 17 & 2**64 - 1
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = turned(s[3], 45)
        return result * bound >> 64


def ridge(x, y, z, groups):
    """Weights of x by ridge regression with an unpenalised intercept for each group and unpenalised covariates z; the
    penalty by generalised cross-validation, from the whole hat matrix."""
    free = np.column_stack([groups[:, None] == np.unique(groups)] + ([z] if z is not None else []))
    design = np.column_stack([free, x]).astype(float)
    centred = x - np.array([x[groups == g].mean(0) for g in groups])
    scale = (centred**2).sum() / (len(y) - len(np.unique(groups)))
    best = None
    for penalty in scale * 10.0 ** np.arange(4, -4.1, -0.5):
        # Rows of √λ: least squares by QR rather than normal equations.
        rows = np.column_stack([np.zeros((x.shape[1], free.shape[1])), np.sqrt(penalty) * np.eye(x.shape[1])])
        inverse = np.linalg.pinv(np.vstack([design, rows]))[:, : len(y)]
        residual = y - design @ (inverse @ y)
        score = residual @ residual / (len(y) - np.trace(design @ inverse)) ** 2
        if best is None or score < best[0]:
            best = (score, (inverse @ y)[free.shape[1] :])
    return best[1]


def prediction(prompts, responses, layers, experts, k, seed):
    rows = []
    for prompt in range(prompts):
        taste = random.normal(size=(layers, experts))
        for _ in range(random.integers(*responses)):
            tokens = int(random.integers(20, 120))
            lean = taste[:, None] + random.normal(size=(layers, 1, experts))
            chosen = np.argsort(-lean - random.gumbel(size=(layers, tokens, experts)), axis=2)[:, :, :k]
            counts = np.array([np.bincount(layer.ravel(), minlength=experts) for layer in chosen])
            length = int(4 * tokens + 300 * counts[0, 0] / tokens + random.integers(0, 60))
            score = 3 * counts[-1, 1] / tokens + 0.004 * length + random.normal() / 2
            rows.append({"prompt": f"p{prompt}", "length": length, "score": round(float(score), 6), "tokens": tokens,
                         "counts": counts.tolist()})
    return {"layers": layers, "experts": experts, "chosen": k, "seed": seed, "responses": rows,
            **fitted(rows, experts, seed)}


def fitted(rows, experts, seed):
    prompts = [(r.get("subset", ""), r["prompt"]) for r in rows]
    order = sorted(set(prompts), key=lambda p: hashlib.sha256(f"{seed}\0\0{p[0]}\0{p[1]}".encode()).digest()[:8])
    group = np.array([order.index(p) for p in prompts])
    x = np.array([np.float32(np.ravel(r["counts"]) / r["tokens"]) for r in rows]).astype(float)
    score, length = (np.array([float(r[name]) for r in rows]) for name in ("score", "length"))
    def centred(values):
        return values - np.array([values[group == g].mean(0) for g in group])
    cx, cs, cl = centred(x), centred(score), centred(length)
    held = {name: np.zeros(len(rows)) for name in ("score", "length", "routing")}
    for fold in range(5):
        test, train = group % 5 == fold, group % 5 != fold
        for name, target, z in (("score", score, None), ("length", length, None), ("routing", score, length)):
            held[name][test] = cx[test] @ ridge(x[train], target[train], None if z is None else z[train], group[train])
    random_draws = Xoshiro256(seed)
    draws = np.array([[random_draws.below(len(order)) for _ in order] for _ in range(1000)])
    def estimate(number, *columns):
        sums = np.array([[c[group == g].sum() for g in range(len(order))] for c in columns])
        samples = [number(*sums[:, d].sum(1)) for d in draws]
        low, high = np.quantile(samples, [0.025, 0.975])
        return {"value": float(number(*sums.sum(1))), "low": float(low), "high": float(high)}
    def explained(target, predicted):
        return estimate(lambda e, t: 1 - e / t, (target - predicted) ** 2, target**2)
    def largest(target):
        r = np.array([np.corrcoef(column, target)[0, 1] if column.any() else 0 for column in cx.T])
        return [{"layer": int(i) // experts, "expert": int(i) % experts,
                 **estimate(lambda p, a, b: p / np.sqrt(a * b), cx[:, i] * target, cx[:, i] ** 2, target**2)}
                for i in np.argsort(-np.abs(r), kind="stable")[:5]]
    return {
        "score": explained(cs, held["score"]), "length": explained(cl, held["length"]),
        "of_score": largest(cs), "of_length": largest(cl),
        "total": estimate(lambda p, s: 100 * p / s, cl * cs, cl**2),
        "through": estimate(lambda p, s: 100 * p / s, cl * held["routing"], cl**2),
        "share": estimate(lambda p, s: p / s, cl * held["routing"], cl * cs),
    }


# Weights and outputs


def cosines(a, b):
    return a @ b.T / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)


def similarity():
    experts, neurons, hidden = 5, 6, 11
    gates = np.float32(random.normal(size=(experts, 4))).astype(float)
    common = random.normal(size=(3, neurons, hidden))
    weights = np.float32([[random.permutation(m + random.normal(size=m.shape)) for m in common]
                          for _ in range(experts)])
    pairs = [(a, b) for a in range(experts) for b in range(a + 1, experts)]
    gate = np.array([cosines(gates[[a]], gates[[b]])[0, 0] for a, b in pairs])
    found = []
    for m in range(3):
        # Neurons are rows of w1 and w3 here and columns of w2, which is written as its transpose below.
        w = weights[:, m].astype(float)
        averaged = np.array([cosines(w[a].mean(0)[None], w[b].mean(0)[None])[0, 0] for a, b in pairs])
        best = []
        for a, b in pairs:
            c = cosines(w[a], w[b])
            best.append(c[linear_sum_assignment(c, maximize=True)].mean())
        found.append({"averaged": float(averaged.mean()), "reordered": float(np.mean(best)),
                      "association": float(np.corrcoef(gate, averaged)[0, 1] ** 2)})
    return {"gates": gates.tolist(), "gate_row": float(gate.mean()), "neurons": neurons, "hidden": hidden,
            "experts": [{"w1": w[0].ravel().tolist(), "w2": w[1].T.ravel().tolist(), "w3": w[2].ravel().tolist()}
                        for w in weights],
            "w1": found[0], "w2": found[1], "w3": found[2]}


def assignments():
    cases = [random.normal(size=(1, 1)), random.normal(size=(9, 9)), np.round(random.uniform(size=(17, 17)), 6),
             random.integers(0, 4, size=(12, 12)).astype(float)]
    found = []
    for costs in cases:
        rows, columns = linear_sum_assignment(costs)
        found.append({"costs": costs.ravel().tolist(), "columns": columns.tolist(),
                      "sum": float(costs[rows, columns].sum())})
    return found


def outputs():
    experts = 7
    tokens = [(random.normal(size=experts), random.normal(size=experts)) for _ in range(6)]
    tokens += [(random.integers(0, 4, experts), random.integers(0, 3, experts)) for _ in range(6)]
    return {"tokens": [{"scores": np.float32(s).tolist(), "norms": np.float32(n).tolist()} for s, n in tokens],
            "spearman": float(np.mean([spearmanr(np.float32(s), np.float32(n))[0] for s, n in tokens]))}


if __name__ == "__main__":
    reference = {
        "load": load(),
        "predictions": [prediction(26, (2, 5), 2, 4, 2, 5), prediction(13, (2, 4), 3, 16, 3, 8)],
        "similarity": similarity(), "assignments": assignments(), "outputs": outputs(),
    }
    with open("routing.json", "w") as file:
        json.dump(reference, file, separators=(",", ":"))
        file.write("\n")
