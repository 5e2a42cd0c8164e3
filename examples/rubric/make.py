#!/usr/bin/env python3
"""Writes the example's data: sums with a right and a wrong response.

  pairs.jsonl    a row per question, with chosen and rejected
  labelled.jsonl a row per response, with the right answers to the rubric's questions
"""
import argparse
import json
import random

parser = argparse.ArgumentParser()
parser.add_argument("--questions", type=int, default=24)
count = parser.parse_args().questions

random.seed(1)
with open("pairs.jsonl", "w") as pairs, open("labelled.jsonl", "w") as labelled:
    for number in range(count):
        a, b = random.randint(10, 59), random.randint(10, 39)
        prompt = f"What is {a} + {b}?"
        right = f"{a} + {b} = {a + b}."
        wrong = f"{a} + {b} = {a + b + random.choice([-10, -2, -1, 1, 2, 10])}."
        pairs.write(json.dumps({"id": f"sum-{number}", "prompt": prompt, "chosen": right, "rejected": wrong}) + "\n")
        for response, word in ((right, "right"), (wrong, "wrong")):
            labels = {"correct": word == "right", "quality": 2 if word == "right" else 0, "verdict": word}
            labelled.write(json.dumps({"id": f"sum-{number}", "prompt": prompt, "response": response, "labels": labels}) + "\n")
