"""Reference values for average precision of clips: clips.json.

    python3 clips_reference.py >clips.json

Two computations of their own, which must agree where no scores are equal: ActivityNet's (one pass in the order of
the scores, locked segments, interpolated area), and one by definition: for each score, all proposals with at least
that score are matched from nothing. The second one is what ties mean. Intervals are percentiles of 2,000 resamples of
videos, at tIoU 0.5. Made with numpy 2.4.
"""
import json

import numpy as np

dice = np.random.default_rng(20261130)
THRESHOLDS = [x / 100 for x in range(50, 100, 5)]


def tiou(a, b):
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, shared) / (max(a[1], b[1]) - min(a[0], b[0])) if shared > 0 else 0.0


def activity_net(segments, proposals, threshold):
    order = sorted(range(len(proposals)), key=lambda i: -proposals[i][3])
    locked = [[False] * len(s) for s in segments]
    tp = np.zeros(len(order))
    for place, i in enumerate(order):
        video, start, end, _ = proposals[i]
        overlaps = np.array([tiou((start, end), s) for s in segments[video]])
        for j in overlaps.argsort()[::-1]:
            if overlaps[j] < threshold:
                break
            if locked[video][j]:
                continue
            locked[video][j] = True
            tp[place] = 1
            break
    recall = np.cumsum(tp) / sum(map(len, segments))
    precision = np.cumsum(tp) / np.arange(1, len(tp) + 1)
    precision = np.hstack([[0], precision, [0]])
    recall = np.hstack([[0], recall, [1]])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    steps = np.where(recall[1:] != recall[:-1])[0] + 1
    return float(np.sum((recall[steps] - recall[steps - 1]) * precision[steps]))


def by_definition(segments, proposals, threshold):
    points = []
    for least in sorted({p[3] for p in proposals}, reverse=True):
        kept = sorted((p for p in proposals if p[3] >= least), key=lambda p: (-p[3], p[0], p[1], p[2]))
        free = [list(s) for s in segments]
        right = 0
        for video, start, end, _ in kept:
            best = max(free[video], key=lambda s: tiou((start, end), s), default=None)
            if best is not None and tiou((start, end), best) >= threshold:
                free[video].remove(best)
                right += 1
        points.append((right / sum(map(len, segments)), right / len(kept)))
    area, last = 0.0, 0.0
    for i, (recall, _) in enumerate(points):
        if recall > last:
            area += (recall - last) * max(p for _, p in points[i:])
            last = recall
    return area


def made(videos, per_video, ties):
    segments, proposals = [], []
    for video in range(videos):
        starts = np.sort(dice.uniform(0, 500, dice.integers(0 if video % 5 == 4 else 1, 5)))
        own = [[round(float(s), 1), round(float(s + dice.uniform(8, 60)), 1)] for s in starts]
        segments.append(own)
        for _ in range(per_video if video % 7 != 6 else 0):
            if own and dice.uniform() < 0.7:
                base = own[dice.integers(len(own))]
                span = [base[0] + dice.normal() * 4, base[1] + dice.normal() * 4]
            else:
                start = dice.uniform(0, 500)
                span = [start, start + dice.uniform(5, 60)]
            start, end = round(float(max(0, span[0])), 1), round(float(max(span[0] + 2, span[1])), 1)
            quality = max((tiou((start, end), s) for s in own), default=0.0)
            score = quality + dice.normal() * 0.3
            proposals.append([video, start, end, round(float(score), 1 if ties else 6)])
    return segments, proposals


cases = []
for videos, per_video, ties in [(3, 4, False), (12, 8, False), (12, 8, True), (20, 15, True)]:
    segments, proposals = made(videos, per_video, ties)
    values = [by_definition(segments, proposals, t) for t in THRESHOLDS]
    if not ties:
        both = [activity_net(segments, proposals, t) for t in THRESHOLDS]
        assert np.allclose(values, both, atol=1e-12), (values, both)
    cases.append({"segments": segments, "proposals": proposals, "average_precision": values})

segments, proposals = cases[1]["segments"], cases[1]["proposals"]
samples = []
for _ in range(2000):
    drawn = dice.integers(0, len(segments), len(segments))
    own = [segments[v] for v in drawn]
    if not any(own):
        continue
    # Copies of a video are videos of their own, whose proposals come at the same scores.
    copies = [[place, *p[1:]] for place, v in enumerate(drawn) for p in proposals if p[0] == v]
    samples.append(by_definition(own, copies, 0.5) if copies else 0)
cases[1]["half_interval"] = np.quantile(samples, [0.025, 0.975]).tolist()
print(json.dumps(cases))
