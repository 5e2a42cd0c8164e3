#!/usr/bin/env python3
"""Makes clips proposed from long videos: each with a duration, a score that follows duration too, and its planted quality.

  python3 make.py --seed 1 >clips.csv

Everything is made up. 60 videos with 40 proposed clips each. The rule, in the order of the code:
- A video has a pace: its clips' median duration, log-normal about 20 s. And a level, which all its scores have in common; the
  slower the pace, the lower, since the model likes quick videos.
- Duration is log-normal about the pace, from 2 s to 5 minutes.
- Quality is normal (0, 1), and knows nothing of duration, pace or level.
- What a fair model would say (`fair`) is quality + level + noise of standard deviation 0.6.
- `score` is that and a bias for duration, which rises and saturates: 8 l / (1 + l) with l = log(1 + seconds / 10).

`fair` and `quality` are for judging alone: no model would give them.
"""
import argparse
import csv
import json
import math
import random
import sys
from typing import Dict, Iterator, Union

VIDEOS, CLIPS = 60, 40


def bias(seconds: float) -> float:
    """What duration adds to the score."""
    log = math.log1p(seconds / 10)
    return 8 * log / (1 + log)


def clips(seed: int) -> Iterator[Dict[str, Union[str, int, float]]]:
    rng = random.Random(seed)
    for video in range(VIDEOS):
        slowness = rng.gauss(0, 1)
        pace = 20 * math.exp(0.5 * slowness)
        level = rng.gauss(0, 0.5) - 0.5 * slowness
        start = 0.0
        for clip in range(CLIPS):
            duration = min(300.0, max(2.0, pace * math.exp(rng.gauss(0, 0.8))))
            start += rng.uniform(5, 60)
            quality = rng.gauss(0, 1)
            fair = quality + level + rng.gauss(0, 0.6)
            yield {
                "video": f"v{video:02}", "clip": f"v{video:02}-{clip:02}", "start": round(start, 1),
                "duration": round(duration, 1), "score": round(fair + bias(duration), 4),
                "fair": round(fair, 4), "quality": round(quality, 4)}
            start += duration


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jsonl", action="store_true", help="JSON lines in place of CSV")
    options = parser.parse_args()
    rows = list(clips(options.seed))
    if options.jsonl:
        for row in rows:
            print(json.dumps(row))
        return
    table = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)


if __name__ == "__main__":
    main()
