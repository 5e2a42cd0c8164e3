"""Makes judgebench_scores.jsonl, made scores in the layout of JudgeBench's `outputs/`, and judgebench.json, what its
rules make of them.

Versions used: Python 3.11; nothing else is needed.
Run here: python judgebench_reference.py

The rules, of ScalerLab/JudgeBench: a reward model decides A>B if the first answer's score is higher, else B>A
(`utils/judges.py`: `SkyworkReward`, `InternLM2Reward`, `GRMReward`). The second game shows B first, so its decision is
turned round. One game: right if the first decision is the label. Two games: 1 for each decision that is the label, -1
for each that is its opposite, right if the sum is above 0 (`utils/metrics.py`: `compute_final_metrics`). Categories
are found by how the source begins, in the order of `run_judge.py` (commit d8740a81), which then prints all pairs
together.
"""
import json
import random

random.seed(17)
CATEGORIES = {"Knowledge": "mmlu-pro", "Reasoning": "livebench-reasoning", "Math": "livebench-math",
              "Coding": "livecodebench"}
SOURCES = ["mmlu-pro-law", "mmlu-pro-math", "mmlu-pro-law", "livebench-reasoning", "livebench-math", "livecodebench",
           "mmlu-pro-chemistry", "livebench-reasoning", "mmlu-pro-math"]
OPPOSITE = {"A>B": "B>A", "B>A": "A>B"}


def game(first, second):
    return {"judgment": {"judge_model": "made", "scores": [first, second]},
            "decision": "A>B" if first > second else "B>A"}


def rows():
    made = []
    for number in range(54):
        label = random.choice(["A>B", "B>A"])
        # On a lattice, so that some are equal; bf16 scores near 16 have steps of 0.125.
        a, b = (round(16 + 8 * random.gauss(0, 0.4)) / 8 for _ in range(2))
        again = (a, b)
        if number % 6 == 1:  # the second game has other scores, which often contradict the first
            again = (b, a) if number % 12 == 1 else (a + random.choice([-0.75, 0.75]), b)
        made.append({
            "pair_id": f"pair-{number}", "original_id": number, "source": SOURCES[number % len(SOURCES)],
            "question": "q", "response_model": "made", "response_A": "a", "response_B": "b", "label": label,
            "judge_name": "reward_model", "judgments": [game(a, b), game(again[1], again[0])]})
    return made


def one_game(row):
    return row["judgments"][0]["decision"] == row["label"]


def two_games(row):
    decisions = [row["judgments"][0]["decision"], OPPOSITE[row["judgments"][1]["decision"]]]
    return sum(1 if decision == row["label"] else -1 for decision in decisions) > 0


def numbers(made, is_right):
    share = {name: [is_right(row) for row in made if row["source"].startswith(prefix)]
             for name, prefix in CATEGORIES.items()}
    categories = {name: sum(right) / len(right) for name, right in share.items()}
    return {"categories": categories, "micro": sum(map(is_right, made)) / len(made),
            "macro": sum(categories.values()) / len(categories)}


made = rows()
with open("judgebench_scores.jsonl", "w") as out:
    for row in made:
        print(json.dumps(row), file=out)
first_scores = [row["judgments"][0]["judgment"]["scores"] for row in made]
expected = {
    "counts": {name: sum(row["source"].startswith(prefix) for row in made) for name, prefix in CATEGORIES.items()},
    "ties": sum(a == b for a, b in first_scores),
    "contradictions": sum(row["judgments"][0]["decision"] == row["judgments"][1]["decision"] for row in made),
    "one_game": numbers(made, one_game), "two_games": numbers(made, two_games)}
with open("judgebench.json", "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
