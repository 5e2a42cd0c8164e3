#!/usr/bin/env python3
"""Chosen segments of long videos, scorers that see no video, and a planted duration bias: results/clips.

    python3 Benchmarks/clips.py SEGMENTS [--tare PROGRAM] [--seeds 3] --output results/clips/repurpose.json

SEGMENTS has one JSON object per video: video, range [start, end] and segments, a list of [start, end] in seconds.
Nothing here has seen or heard a video. Average precision, calibration and intervals are `tare`'s. Python's standard
library only.

1. What is chosen: durations, positions, share of the video.
2. Three scorers fitted on one half of the videos and evaluated on the other, both ways: position (where in the video),
   duration, and both. The proposals are the same for all: 60 windows per video, start uniform, duration log-uniform from
   10 to 120 seconds. A score is the log of how often windows of that position or duration are close to a chosen segment
   (tIoU 0.5 or more), by bins, with pseudo-counts; both: the sum, as if the two were independent.
3. A scorer with a planted bias over those windows and the chosen segments, whose ends are moved by a normal tenth of
   their duration: quality (best tIoU with a chosen segment) + noise + bias, which rises with duration and saturates.
   `tare calibrate --covariate duration --group video` is fitted on one half and applied to the other; `fair` has no bias.
"""
import argparse
import csv
import json
import math
import os
import random
import statistics
import subprocess
import tempfile

LEAST, MOST = 10.0, 120.0
WINDOWS, BINS, POSITIONS = 60, 12, 20


def tiou(a, b):
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared / (max(a[1], b[1]) - min(a[0], b[0])) if shared > 0 else 0.0


def windows(video, dice):
    start, end = video["range"]
    for _ in range(WINDOWS):
        duration = min(LEAST * (MOST / LEAST) ** dice.random(), end - start)
        at = start + (end - start - duration) * dice.random()
        yield round(at, 2), round(at + duration, 2)


def moved(video, dice):
    """The chosen segments, not quite."""
    for s, e in video["segments"]:
        step = (e - s) / 10
        start = max(0.0, s + step * dice.gauss(0, 1))
        yield round(start, 2), round(max(start + 1, e + step * dice.gauss(0, 1)), 2)


def quality(window, video):
    return max((tiou(window, s) for s in video["segments"]), default=0.0)


def half(video):
    """Of two, by the number at the end of the name."""
    return int(video["video"].rsplit("-", 1)[1]) % 2


def position_bin(window, video):
    start, end = video["range"]
    share = ((window[0] + window[1]) / 2 - start) / (end - start)
    return min(POSITIONS - 1, max(0, int(POSITIONS * share)))


def duration_bin(window, _):
    share = math.log((window[1] - window[0]) / LEAST) / math.log(MOST / LEAST)
    return min(BINS - 1, max(0, int(BINS * share)))


def fitted(videos, place, bins):
    near, count = [1.0] * bins, [2.0 * bins] * bins
    for video, own in videos:
        for window, best in own:
            b = place(window, video)
            count[b] += 1
            near[b] += best >= 0.5
    return [math.log(n / c) for n, c in zip(near, count)]


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout) if done.stdout.startswith("{") else None


def write(path, rows, columns):
    with open(path, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def quantiles(values):
    cuts = statistics.quantiles(values, n=20)
    return {"p5": cuts[0], "p25": cuts[4], "median": cuts[9], "p75": cuts[14], "p95": cuts[18],
            "mean": statistics.fmean(values)}


def description(videos):
    """1. What is chosen, and how the share of chosen time depends on position."""
    lengths = [v["range"][1] - v["range"][0] for v in videos]
    durations = [e - s for v in videos for s, e in v["segments"]]
    chosen = [[0.0] * 10 for _ in videos]
    for v, row in zip(videos, chosen):
        start, end = v["range"]
        step = (end - start) / 10
        for s, e in v["segments"]:
            for part in range(10):
                a, b = start + part * step, start + (part + 1) * step
                row[part] += max(0.0, min(b, e) - max(a, s)) / step
    dice = random.Random(1)
    deciles = []
    for part in range(10):
        values = [row[part] for row in chosen]
        means = sorted(statistics.fmean(dice.choices(values, k=len(values))) for _ in range(1000))
        deciles.append({"decile": part + 1, "share": statistics.fmean(values), "interval": [means[24], means[974]]})
    return {"videos": len(videos), "segments": len(durations), "video_seconds": quantiles(lengths),
            "segment_seconds": quantiles(durations), "segments_per_video": quantiles([len(v["segments"]) for v in videos]),
            "chosen_share_by_decile_of_position": deciles,
            "chosen_share": sum(durations) / sum(lengths)}


def evaluated(tare, paths, segments, score=None, against=None):
    command = [tare, "evaluate", *paths, "--benchmark", "clips", "--segments", segments, "--bootstrap", "200", "--json"]
    command += ["--score", score] if score else []
    command += ["--against", against] if against else []
    return run(command)


def precision(model):
    ap = model["average_precision"]
    return {"mean": ap["mean"], "tiou_0.5": ap["thresholds"][0], "tiou_0.75": ap["thresholds"][5]}


def baselines(tare, halves, work):
    """2. Each half's windows scored by what the other half's segments are like."""
    found = {}
    dice = random.Random(7)
    for number in (0, 1):
        train, test = halves[1 - number], halves[number]
        tables = {"position": fitted(train, position_bin, POSITIONS), "duration": fitted(train, duration_bin, BINS)}
        segments = os.path.join(work, f"segments-{number}.jsonl")
        with open(segments, "w") as file:
            for video, _ in test:
                file.write(json.dumps(video) + "\n")
        paths = {}
        for name in ("random", "position", "duration", "both"):
            rows = []
            for video, own in test:
                for window, _ in own:
                    p = tables["position"][position_bin(window, video)]
                    d = tables["duration"][duration_bin(window, video)]
                    score = {"position": p, "duration": d, "both": p + d, "random": dice.random()}[name]
                    rows.append([video["video"], window[0], window[1], round(score, 6)])
            paths[name] = os.path.join(work, f"{name}-{number}.csv")
            write(paths[name], rows, ["video", "start", "end", "score"])
        result = evaluated(tare, list(paths.values()), segments, against=paths["random"])
        found[f"half {number}"] = {
            "windows": result["models"][0]["proposals"],
            **{name: {**precision(model), "less_random": comparison["difference"]["mean"]}
               for name, model, comparison in zip(paths, result["models"], result["comparisons"])}}
        print(f"half {number}", {n: round(100 * found[f'half {number}'][n]["mean"]["value"], 2) for n in paths}, flush=True)
    return found


def bias(seconds):
    log = math.log1p(seconds / 10)
    return 2 * log / (1 + log)


def planted(tare, halves, work, seeds):
    """3. Raw, calibrated and fair, on the half that the calibration has not seen."""
    methods = {"auto": [], "lowess": ["--method", "lowess"], "within-prompt": ["--method", "within-prompt"]}
    found = []
    for seed in range(1, seeds + 1):
        dice = random.Random(seed)
        paths = []
        for number in (0, 1):
            rows = []
            for video, own in halves[number]:
                near = [(w, quality(w, video)) for w in moved(video, dice)]
                for window, best in own + near:
                    fair = best + 0.25 * dice.gauss(0, 1)
                    seconds = round(window[1] - window[0], 2)
                    rows.append([video["video"], window[0], seconds, round(fair + bias(seconds), 5), round(fair, 5)])
            paths.append(os.path.join(work, f"planted-{number}.csv"))
            write(paths[-1], rows, ["video", "start", "duration", "score", "fair"])
        entry = {"seed": seed}
        segments = os.path.join(work, "segments-1.jsonl")
        fair = evaluated(tare, [paths[1]], segments, score="fair")["models"][0]
        entry["fair"] = precision(fair)
        for name, options in methods.items():
            saved, output = os.path.join(work, "saved.json"), os.path.join(work, "calibrated.csv")
            part = run([tare, "calibrate", paths[0], "--covariate", "duration", "--group", "video", *options, "--save",
                        saved, "--json", "-o", os.path.join(work, "train.csv")])["parts"][0]
            run([tare, "calibrate", paths[1], "--covariate", "duration", "--group", "video", "--apply", saved, "--json",
                 "-o", output])
            result = evaluated(tare, [output], segments)
            entry["raw"] = precision(result["models"][0])
            entry[name] = {**precision(result["models"][1]), "gamma": part["gamma"],
                           "change": result["comparisons"][0]["difference"]["mean"]}
        found.append(entry)
        print(seed, {n: round(100 * entry[n]["mean"]["value"], 2) for n in ("raw", *methods, "fair")}, flush=True)
    return found


def rounded(value):
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("segments")
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    videos = [json.loads(line) for line in open(arguments.segments)]
    halves, dice = [[], []], random.Random(20261130)
    for video in videos:
        halves[half(video)].append((video, [(w, quality(w, video)) for w in windows(video, dice)]))
    found = {"chosen": description(videos)}
    with tempfile.TemporaryDirectory() as work:
        found["baselines"] = baselines(arguments.tare, halves, work)
        found["planted_bias"] = planted(arguments.tare, halves, work, arguments.seeds)
    with open(arguments.output, "w") as file:
        json.dump(rounded(found), file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
