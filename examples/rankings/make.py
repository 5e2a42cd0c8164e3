#!/usr/bin/env python3
"""Makes a judge's scores of 40 models' answers, and two rankings of the models by people.

  python3 make.py --seed 1        writes scores.csv, people.csv, readers.csv and names.csv

Everything is made up. The rule, in the order of the code:
- 40 models have an ability, normal (0, 1), and a habit: their answers are longer or shorter than usual by a factor
  exp(0.5 z), z normal (0, 1) and independent of ability.
- 60 prompts have a difficulty, normal (0, 1), and a usual length.
- An answer's quality is ability - difficulty + noise of standard deviation 1.5; its length varies by a factor exp(0.3 z).
- `score` is quality and 2.5 per factor e of length: the judge likes long answers, whatever they say.
- people.csv ranks the models by ability (1100 + 120 ability + noise of standard deviation 25), knowing nothing of length.
- readers.csv ranks them by ability and length: these people like long answers, too.
- Both rankings call three models by other names; names.csv translates.
"""
import argparse
import csv
import math
import random
from typing import Iterable, List, Sequence, Union

MODELS, PROMPTS = 40, 60
Cell = Union[str, int, float]


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with open(name, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    rng = random.Random(parser.parse_args().seed)
    names = [f"model-{m:02}" for m in range(MODELS)]
    ability = [rng.gauss(0, 1) for _ in names]
    habit = [0.5 * rng.gauss(0, 1) for _ in names]
    prompts = [(rng.gauss(0, 1), math.log(800) + 0.4 * rng.gauss(0, 1)) for _ in range(PROMPTS)]
    rows: List[List[Cell]] = []
    for m, name in enumerate(names):
        for p, (difficulty, usual) in enumerate(prompts):
            log = usual + habit[m] + 0.3 * rng.gauss(0, 1)
            quality = ability[m] - difficulty + 1.5 * rng.gauss(0, 1)
            score = quality + 2.5 * (log - math.log(800))
            rows.append([name, f"p{p:02}", round(math.exp(log)), round(score, 4)])
    write("scores.csv", ["model", "prompt_id", "length", "score"], rows)
    theirs = [n.replace("model-", "m/") if m % 15 == 0 else n for m, n in enumerate(names)]
    elo = [1100 + 120 * a + 25 * rng.gauss(0, 1) for a in ability]
    write("people.csv", ["name", "elo"], [[n, round(e)] for n, e in zip(theirs, elo)])
    longer = [e + 200 * h for e, h in zip(elo, habit)]
    write("readers.csv", ["name", "elo"], [[n, round(e)] for n, e in zip(theirs, longer)])
    write("names.csv", ["scores", "ranking"], [[n, t] for n, t in zip(names, theirs) if n != t])


if __name__ == "__main__":
    main()
