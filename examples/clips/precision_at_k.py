#!/usr/bin/env python3
"""Precision at k of rankings that `tare rank -o` wrote, against the planted quality of examples/clips/make.py.

  python3 precision_at_k.py clips.csv raw.jsonl calibrated.jsonl

Precision at k is the share of a video's k first-ranked clips that are among its k best by planted quality, averaged over videos.
Intervals are 95%, by a bootstrap over videos. Changes are from the first ranking, each video with itself.
"""
import argparse
import csv
import json
import pathlib
import random
import statistics
from collections import defaultdict
from typing import Dict, List, Tuple

DEPTHS, RESAMPLES = (1, 5, 10), 2000


def best_first(path: str) -> Dict[str, List[int]]:
    """The places of each video's clips, from the best planted quality to the worst."""
    qualities: Dict[str, List[float]] = defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            qualities[row["video"]].append(float(row["quality"]))
    return {
        video: sorted(range(len(clips)), key=lambda clip: -clips[clip]) for video, clips in qualities.items()}


def precisions(path: str, best: Dict[str, List[int]], k: int) -> List[float]:
    """That of each video, in the order of `best`."""
    ranked: Dict[str, List[int]] = {}
    with open(path) as file:
        for row in map(json.loads, file):
            ranked[row["id"]] = [candidate["index"] for candidate in row["ranked"]]
    return [len(set(ranked[video][:k]) & set(clips[:k])) / k for video, clips in best.items()]


def interval(values: List[float]) -> Tuple[float, float]:
    """Of the mean over videos. Every call draws the same videos."""
    rng = random.Random(1)
    means = sorted(statistics.fmean(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[RESAMPLES // 40], means[-1 - RESAMPLES // 40]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", help="CSV with video and quality")
    parser.add_argument("rankings", nargs="+")
    options = parser.parse_args()
    best = best_first(options.clips)
    names = [pathlib.Path(path).stem for path in options.rankings]
    width = max(map(len, names))
    print(f" k  {'ranking':{width}}  precision            95%  change              95%")
    for k in DEPTHS:
        first = precisions(options.rankings[0], best, k)
        for number, (name, path) in enumerate(zip(names, options.rankings)):
            values = precisions(path, best, k)
            low, high = interval(values)
            line = f"{k:2}  {name:{width}}  {statistics.fmean(values):9.3f} {low:6.3f} to {high:.3f}"
            if number > 0:
                changes = [value - before for value, before in zip(values, first)]
                low, high = interval(changes)
                line += f" {statistics.fmean(changes):+7.3f} {low:+7.3f} to {high:+.3f}"
            print(line)


if __name__ == "__main__":
    main()
