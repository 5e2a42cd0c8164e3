"""Makes ppe_scores.jsonl, a table of made scores and right or wrong, and ppe.json, the numbers of PPE's correctness
sets on it, in exact fractions before they are written as floats.

Versions used: Python 3.11; nothing else is needed.
Run here: python ppe_reference.py

PPE (Frick et al. 2024, arXiv 2410.14872) draws orders of a prompt's responses; here all sets of k are counted out,
one by one, which is what the draws tend to. Where several of a set share the highest score, each is chosen alike.
  curve[k]   mean over prompts of the chance that the response chosen among k is right
  perfect[k] the same of a judge that chooses a right response wherever there is one
  end        curve[K];  maximum: the highest of the curve;  loss: mean over k of (perfect[k] - curve[k])^2
  accuracy   mean over prompts that have both kinds of the share of pairs, right and wrong, with the right one strictly
             higher
  pooled_auc over all responses together: the share of pairs, right and wrong, of any two prompts that are in order, an
             equal pair half (Mann and Whitney); scores of different prompts are compared
`value` is a graded judgement: graded[n] is the unbiased estimate of the mean value of the best of n.
"""
import itertools
import json
import random
from fractions import Fraction

random.seed(23)
SIZE = 8
SUBSETS = ["math_best_of_k"] * 4 + ["ifeval_best_of_k"] * 4
# How many of the eight are right: all and none among them.
RIGHT = [3, 8, 1, 5, 0, 4, 2, 7]


def mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def prompts():
    made = []
    for number, (subset, right) in enumerate(zip(SUBSETS, RIGHT)):
        labels = [1] * right + [0] * (SIZE - right)
        random.shuffle(labels)
        # On a lattice, so that some are equal; a little higher where right. Of some prompts a wrong response scores
        # highest, so that the curve falls towards its end.
        scores = [round(2 * random.gauss(number / 4 + label * 0.7, 1)) / 2 for label in labels]
        if number % 3 == 0:
            scores[labels.index(0)] = max(scores) + 1
        values = [Fraction(random.randrange(0, 9), 8) for _ in labels]
        made.append({"id": f"p{number}", "subset": subset, "scores": scores, "labels": labels, "values": values})
    return made


def best_of(k, scores, values):
    """The mean value of what is chosen, over all sets of k."""
    chosen = []
    for members in itertools.combinations(range(SIZE), k):
        highest = max(scores[member] for member in members)
        chosen.append(mean(Fraction(values[member]) for member in members if scores[member] == highest))
    return mean(chosen)


def pairs(rights, wrongs, tie):
    return mean(Fraction(1) if right > wrong else tie if right == wrong else Fraction(0)
                for right in rights for wrong in wrongs)


def of_label(prompt, label):
    return [score for score, other in zip(prompt["scores"], prompt["labels"]) if other == label]


def numbers(made):
    steps = range(1, SIZE + 1)
    curve = [mean(best_of(k, p["scores"], p["labels"]) for p in made) for k in steps]
    perfect = [mean(best_of(k, p["labels"], p["labels"]) for p in made) for k in steps]
    mixed = [p for p in made if 0 < sum(p["labels"]) < SIZE]
    rights, wrongs = ([score for p in made for score in of_label(p, label)] for label in (1, 0))
    return {
        "curve": curve, "perfect": perfect, "end": curve[-1], "maximum": max(curve),
        "loss": mean((o - c) ** 2 for o, c in zip(perfect, curve)),
        "accuracy": mean(pairs(of_label(p, 1), of_label(p, 0), Fraction(0)) for p in mixed),
        "prompts_with_pairs": len(mixed),
        "pooled_auc": pairs(rights, wrongs, Fraction(1, 2)),
        "graded": [mean(best_of(k, p["scores"], p["values"]) for p in made) for k in steps],
    }


made = prompts()
with open("ppe_scores.jsonl", "w") as out:
    for prompt in made:
        for place in range(SIZE):
            print(json.dumps({"prompt_id": prompt["id"], "index": place, "subset": prompt["subset"],
                              "score": prompt["scores"][place], "label": prompt["labels"][place],
                              "value": float(prompt["values"][place])}), file=out)
by_subset = {name: numbers([p for p in made if p["subset"] == name]) for name in dict.fromkeys(SUBSETS)}
expected = {"all": numbers(made), "subsets": by_subset, "overall": mean(n["accuracy"] for n in by_subset.values())}
with open("ppe.json", "w") as out:
    json.dump(expected, out, indent=1, default=float)
    out.write("\n")
