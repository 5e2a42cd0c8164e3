"""Pairs of answers to sums, one right and one wrong: what is correct is known.

The wrong answer is longer in two of three pairs, as a judge that likes length would have it.
"""

import json
import random

random.seed(7)

FILLER = [
    "I am happy to help with this.",
    "Let us go through it step by step.",
    "We add the tens first and then the ones.",
    "It is always good to check a sum twice.",
    "Addition can be done in any order.",
    "Please ask if anything is unclear.",
]


def answer(a, b, value, sentences):
    words = random.sample(FILLER, sentences)
    return " ".join(words + [f"{a} + {b} = {value}."])


for number in range(120):
    a, b = random.randint(11, 89), random.randint(11, 89)
    wrong = a + b + random.choice([-10, -2, -1, 1, 2, 10])
    short, long = random.randint(0, 2), random.randint(3, 6)
    wrong_is_long = number % 3 != 0
    row = {
        "id": f"sum-{number}",
        "prompt": f"What is {a} + {b}?",
        "chosen": answer(a, b, a + b, short if wrong_is_long else long),
        "rejected": answer(a, b, wrong, long if wrong_is_long else short),
    }
    print(json.dumps(row))
