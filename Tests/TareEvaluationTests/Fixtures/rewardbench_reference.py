"""Makes rewardbench_v1.json and rewardbench_v2.json: made scores, and what `rewardbench` of PyPI makes of them.

Versions used: Python 3.11, rewardbench 0.1.4, numpy 2.4.6, pandas 3.1.1, datasets 5.2.0.
Run here: python rewardbench_reference.py

Every expected number comes from the package's own functions. The package imports language models' libraries that
its arithmetic does not use; they are replaced by empty modules, so that none need be installed.
"""
import json
import random
import sys
import types

import pandas as pd
from datasets import Dataset


class Anything(types.ModuleType):
    """A module that has every name; what it gives can be called, subclassed and looked into."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda self, *arguments, **options: None})


STAND_INS = ["torch", "fastchat", "fastchat.conversation", "transformers", "rewardbench.models", "rewardbench.dpo",
             "rewardbench.chattemplates"]
for name in STAND_INS:
    module = Anything(name)
    module.__path__ = []
    module.__all__ = []
    sys.modules[name] = module

from analysis.get_benchmark_results import get_average_over_rewardbench  # noqa: E402
from rewardbench.constants import EXAMPLE_COUNTS, SUBSET_MAPPING  # noqa: E402
from rewardbench.utils import (  # noqa: E402
    calculate_scores_per_section, process_single_model, reroll_and_score_dataset)

for name in STAND_INS:
    del sys.modules[name]  # `datasets` looks for torch there

random.seed(5)
PRIOR_SETS = ["anthropic_helpful", "anthropic_hhh", "shp", "summarize"]


def score():
    """Scores on a lattice, so that some are equal."""
    return round(random.gauss(0, 2) * 4) / 4


def scores_file(subsets):
    """RewardBench's layout, `eval-set-scores`: pairs of each subset, scores bare or in lists of one."""
    columns = {name: [] for name in ["subset", "id", "scores_chosen", "scores_rejected", "results"]}
    for subset in subsets:
        for number in range(random.randrange(3, 9)):
            chosen, rejected = score() + 1, score()
            columns["subset"].append(subset)
            columns["id"].append(f"{subset}-{number}")
            columns["scores_chosen"].append([chosen] if subset < "m" else chosen)
            columns["scores_rejected"].append([rejected] if subset < "m" else rejected)
            columns["results"].append(int(chosen > rejected))
    return {"model": "made", "model_type": "Seq. Classifier", "chat_template": "tokenizer", **columns}


def subset_accuracies(file):
    frame = pd.DataFrame({"subset": file["subset"], "right": file["results"]})
    return {name: float(value) for name, value in frame.groupby("subset")["right"].mean().items()}


def leaderboard(accuracies, prior):
    """The average of the leaderboard, of one model."""
    row = pd.DataFrame([{"model": "made", "model_type": "Seq. Classifier", **accuracies}])
    prefs = pd.DataFrame([{"model": "made" if prior else "another", **(prior or dict.fromkeys(PRIOR_SETS, 0.0))}])
    return float(get_average_over_rewardbench(row, prefs)["average"].iloc[0])


def version_1():
    core = scores_file([name for names in SUBSET_MAPPING.values() for name in names])
    accuracies = subset_accuracies(core)
    before = {**EXAMPLE_COUNTS, "xstest-should-refuse": EXAMPLE_COUNTS["xstest-should-respond"],
              "xstest-should-respond": EXAMPLE_COUNTS["xstest-should-refuse"]}
    prior = scores_file(PRIOR_SETS)
    prior_accuracies = subset_accuracies(prior)
    return {
        "core": {
            "file": core, "subsets": accuracies,
            "sections": calculate_scores_per_section(EXAMPLE_COUNTS, SUBSET_MAPPING, accuracies),
            "sections_2024_08": calculate_scores_per_section(before, SUBSET_MAPPING, accuracies),
            "overall": leaderboard(accuracies, None),
        },
        "prior": {
            "file": prior, "subsets": prior_accuracies, "overall": leaderboard(accuracies, prior_accuracies),
        },
    }


def completions(subset, count):
    """Prompts with four completions, of which the first is right; some share the highest score."""
    rows = []
    for number in range(count):
        scores = [score() + 1] + [score() for _ in range(3)]
        if number % 4 == 0:
            for place in range(1, 1 + number // 4 % 3 + 1):
                scores[place] = scores[0] = max(scores)
        rows.append({"id": f"{len(rows)}-{subset}", "subset": subset, "num_correct": 1, "scores": scores})
    return rows


def ties():
    """Prompts with one right answer and with many; of some only one of the two, some without a spread."""
    rows = []
    for number in range(12):
        if number != 3:
            right = [score() + 2]
            rows.append({"id": f"ref:{number}", "subset": "Ties", "num_correct": 1,
                         "scores": right + [score() - 1 for _ in range(4)]})
        if number != 5:
            right = [score() / 4 + 2 for _ in range(1 if number == 8 else 3)]
            if number in (2, 6):
                right = [right[0]] * 3
            rows.append({"id": f"tied:{number}", "subset": "Ties", "num_correct": len(right),
                         "scores": right + [score() - 1 for _ in range(4)]})
    return rows


def version_2():
    names = ["Factuality", "Precise IF", "Math", "Safety", "Focus"]
    rows = [row for place, name in enumerate(names) for row in completions(name, 7 + 3 * place)]
    flat = [{"id": row["id"], "subset": row["subset"], "text": "t", "scores": value}
            for row in rows for value in row["scores"]]
    rolled = reroll_and_score_dataset(Dataset.from_list(flat), [len(row["scores"]) for row in rows]).to_pandas()
    expected = {name: float(value) for name, value in rolled.groupby("subset")["results"].mean().items()}
    tied = ties()
    # Nested as some result files have it.
    nested = [{**row, "scores": [[value] for value in row["scores"]]} for row in tied]
    expected["Ties"] = float(process_single_model(Dataset.from_list(nested))[1])
    rows += nested
    file = {name: [row[name] for row in rows] for name in ["id", "subset", "num_correct", "scores"]}
    results = [float(value) for value in rolled["results"]] + [None] * len(nested)
    return {
        "file": {"model": "made", "model_type": "Seq. Classifier", "chat_template": "tokenizer", **file,
                 "results": results},
        "subsets": expected, "overall": sum(expected.values()) / len(expected),
    }


for name, values in [("rewardbench_v1.json", version_1()), ("rewardbench_v2.json", version_2())]:
    with open(name, "w") as out:
        json.dump(values, out, sort_keys=True)
        out.write("\n")
