#!/usr/bin/env python3
"""Selection, substitution, few labels and estimates on real scores: docs/preregistration.md says what and why.

    python3 Benchmarks/honest_scores.py --data FOLDER --tare .build/release/tare --output results/calibration/honest.json

FOLDER holds the tables that results/calibration/README.md describes. With ppi_py and cje-eval installed their estimates
are reported beside those of `tare estimate`. No row of the data is written anywhere.
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
from collections import defaultdict

MARKDOWN = ["md_headers", "md_lists", "md_bold"]
METHODS = ["auto", "lowess", "within-prompt", "additive", "joint"]
LABELS, DRAWS = [25, 50, 100], 20


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows, columns):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def tare(*arguments):
    done = subprocess.run(list(arguments), capture_output=True, text=True)
    if done.returncode:
        return {"not_run": (done.stderr.strip() or done.stdout.strip()).splitlines()[-1].split(": ", 2)[-1]}
    return json.loads(done.stdout) if done.stdout.strip() else {}


def varying(rows, column):
    return len({row[column] for row in rows}) > 1


def audit(binary, rows, work):
    """What `tare audit` says of each method."""
    columns = ["prompt_id", "resp", "score", "len_char", *MARKDOWN]
    path, result = os.path.join(work, "audit.csv"), {}
    markdown = [c for c in MARKDOWN if varying(rows, c)]
    for method in METHODS:
        write(path, rows, columns)
        covariates = ["len_char", *(markdown if method in ("additive", "joint") else [])]
        options = [a for name in covariates for a in ("--covariate", name)]
        options += [a for name in markdown if name not in covariates for a in ("--watch", name)]
        found = tare(binary, "audit", path, "--group", "prompt_id", "--method", method,
                     "--ignore-labels", *options, "--json")
        if "not_run" in found:
            result[method] = found
            continue
        one = found["parts"][0]["calibrations"][0]
        selection = next((s for s in one["selection"] if s["covariate"] == "len_char"), {})
        n, spread = selection.get("decisive_n"), selection.get("spread_within_prompts") or 1
        point = next((one for one in selection.get("best_of_n", []) if one["n"] == n), None)
        excess = {kind: {"sd": point[kind]["value"] / spread, "interval": [x / spread for x in point[kind]["interval"]]}
                  for kind in ("raw", "calibrated")} if point else None
        entry = {
            "corrects": one["corrects"], "verdict": selection.get("verdict"), "n": n, "length_of_best": excess,
            "substitution": [
                {key: cell.get(key) for key in ("covariate", "before", "after", "change", "paid_for")}
                for cell in ((one.get("substitution") or {}).get("covariates") or [])],
        }
        fitted = tare(binary, "calibrate", path, "--group", "prompt_id", "--method", method, "--ignore-labels",
                      *[a for name in covariates for a in ("--covariate", name)], "--json", "-o", os.path.join(work, "o.csv"))
        if "not_run" not in fitted:
            entry["share_of_pairs_changed"] = fitted["parts"][0]["share_of_pairs_changed"]
        result[method] = entry
    return result


def accuracy(rows, raw, new):
    """Pairs of one prompt that are ordered as gold does, ties half; and the exact McNemar p of the difference."""
    prompts = defaultdict(list)
    for place, row in enumerate(rows):
        prompts[row["prompt_id"]].append(place)
    n = before = after = gained = lost = 0
    for members in prompts.values():
        for a in range(len(members)):
            for b in range(a):
                i, j = members[a], members[b]
                gold = float(rows[i]["gold"]) - float(rows[j]["gold"])
                if gold == 0:
                    continue
                n += 1
                shares = [0.5 if v[i] == v[j] else float((v[i] - v[j]) * gold > 0) for v in (raw, new)]
                before += shares[0]
                after += shares[1]
                gained += shares[1] > shares[0]
                lost += shares[1] < shares[0]
    total, least = gained + lost, min(gained, lost)
    # Beyond a few hundred changes the normal approximation, whose error is far below 0.001.
    if total > 500:
        p = math.erfc(max(0, abs(gained - lost) - 1) / math.sqrt(2 * total))
    else:
        p = min(1.0, 2 * sum(math.comb(total, k) for k in range(least + 1)) / 2 ** total)
    return 100 * (after - before) / n if n else 0.0, p


def few_labels(binary, rows, work):
    columns = ["prompt_id", "resp", "score", "gold", "len_char"]
    ids = list(dict.fromkeys(row["prompt_id"] for row in rows))
    fit, rest, saved, out = (os.path.join(work, n) for n in ("fit.csv", "rest.csv", "saved.json", "out.csv"))
    common = ["--group", "prompt_id", "--covariate", "len_char"]

    def applied(others):
        write(rest, others, columns)
        done = tare(binary, "calibrate", rest, "--apply", saved, "--group", "prompt_id", "-o", out, "--json")
        if "not_run" in done:
            raise RuntimeError(done["not_run"])
        return [float(row["calibrated"]) for row in read(out)]

    result = {}
    for count in [0, *LABELS]:
        changes, losses, corrects = [], 0, 0
        for draw in range(1, (DRAWS if count else 1) + 1):
            drawn = set(random.Random(draw).sample(ids, count)) if count else set()
            own = [row for row in rows if row["prompt_id"] in drawn] if count else rows
            others = [row for row in rows if row["prompt_id"] not in drawn]
            write(fit, own, columns)
            options = ["--label", "gold"] if count else ["--ignore-labels"]
            found = tare(binary, "calibrate", fit, *common, *options, "--save", saved, "-o", out, "--json")
            if "not_run" in found:
                raise RuntimeError(found["not_run"])
            corrects += found["parts"][0]["gamma"] != 0
            change, p = accuracy(others, [float(row["score"]) for row in others], applied(others))
            changes.append(change)
            losses += change < 0 and p < 0.05
        result[str(count)] = {
            "draws": len(changes), "corrects": corrects / len(changes), "mean_change": statistics.mean(changes),
            "worst_change": min(changes), "significant_losses": losses / len(changes)}
    return result


def others_estimates(labels, scores, unlabelled):
    """The mean by the packages from PyPI that are installed: its interval."""
    result = {}
    try:
        import numpy as np
        from ppi_py import ppi_mean_ci
        low, high = ppi_mean_ci(np.array(labels), np.array(scores), np.array(unlabelled), alpha=0.05)
        result["ppi_py"] = (float(np.squeeze(low)), float(np.squeeze(high)))
    except ImportError:
        pass
    return result


def cje_estimates(sample):
    """Means of all policies by cje-eval in its direct mode; empty where it is not installed, or refuses."""
    try:
        from cje import analyze_dataset
    except ImportError:
        return {}
    golds = [float(r["gold"]) for r in sample if r["gold"] != ""]
    scores = [float(r["score"]) for r in sample]
    (low, high), (least, most) = (min(golds), max(golds)), (min(scores), max(scores))
    # It takes numbers between 0 and 1.
    draws = defaultdict(list)
    for row in sample:
        one = {"prompt_id": row["prompt_id"], "judge_score": (float(row["score"]) - least) / (most - least)}
        if row["gold"] != "":
            one["oracle_label"] = (float(row["gold"]) - low) / (high - low)
        draws[row["policy"]].append(one)
    try:
        found = analyze_dataset(fresh_draws_data=dict(draws), estimator="direct", verbose=False)
        intervals = found.confidence_interval(alpha=0.05)
        names = found.metadata.get("target_policies") or list(draws)
        return {name: tuple(low + x * (high - low) for x in ends) for name, ends in zip(names, zip(*intervals))}
    except Exception as error:  # Whatever it is, it is reported and not hidden.
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def estimates(binary, rows, work, draws=50):
    path, result = os.path.join(work, "estimate.csv"), {}
    for row in rows:
        row["policy"] = row["subset"]
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    truth = {p: statistics.mean(float(r["gold"]) for r in rows if r["policy"] == p) for p in policies}
    for count in (50, 100):
        held, widths, errors = defaultdict(list), defaultdict(list), set()
        for draw in range(1, draws + 1):
            generator, sample = random.Random(draw), []
            for policy in policies:
                own = [row for row in rows if row["policy"] == policy]
                known = set(generator.sample(range(len(own)), count))
                sample += [{**row, "gold": row["gold"] if place in known else ""} for place, row in enumerate(own)]
            write(path, sample, ["policy", "prompt_id", "score", "gold"])
            found = tare(binary, "estimate", path, "--by", "policy", "--label", "gold", "--group", "prompt_id", "--json")
            if "not_run" in found:
                raise RuntimeError(found["not_run"])
            intervals = defaultdict(dict)
            for one in found["policies"]:
                for kind in ("labels_alone", "ppi", "calibrated"):
                    if one.get(kind) and one[kind].get("interval"):
                        intervals[kind][one["name"]] = one[kind]["interval"]
            for policy in policies:
                own = [row for row in sample if row["policy"] == policy]
                labelled = [row for row in own if row["gold"] != ""]
                for kind, ends in others_estimates(
                        [float(r["gold"]) for r in labelled], [float(r["score"]) for r in labelled],
                        [float(r["score"]) for r in own if r["gold"] == ""]).items():
                    intervals[kind][policy] = ends
            cje = cje_estimates(sample) if draw <= 10 else {}
            if "error" in cje:
                errors.add(cje["error"])
            else:
                intervals["cje_eval"].update(cje)
            for kind, by_policy in intervals.items():
                for policy, (low, high) in by_policy.items():
                    held[kind].append(low <= truth[policy] <= high)
                    widths[kind].append(high - low)
        result[str(count)] = {
            kind: {"intervals": len(held[kind]), "coverage": statistics.mean(held[kind]),
                   "mean_width": statistics.mean(widths[kind])} for kind in held if held[kind]}
        if errors:
            result[str(count)]["cje_eval_errors"] = sorted(errors)
    return result


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, (list, tuple)) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--output", default="results/calibration/honest.json")
    parser.add_argument("--only", nargs="*", default=["audit", "labels", "estimates"])
    arguments = parser.parse_args()
    result = {"audit": {}, "labels": {}, "estimates": {}}
    if os.path.exists(arguments.output):
        with open(arguments.output) as file:
            result.update(json.load(file))
    with tempfile.TemporaryDirectory() as work:
        for name in ("mathprm", "judgebench", "ppo_overoptimisation"):
            models = defaultdict(list)
            for row in read(os.path.join(arguments.data, name + ".csv")):
                models[row["rm"]].append(row)
            for model, rows in models.items():
                key = f"{name} {model}"
                if "audit" in arguments.only:
                    result["audit"][key] = audit(arguments.tare, rows, work)
                if "labels" in arguments.only:
                    result["labels"][key] = few_labels(arguments.tare, rows, work)
                    print(key, result["labels"][key], flush=True)
                if "estimates" in arguments.only and name == "ppo_overoptimisation":
                    result["estimates"][key] = estimates(arguments.tare, rows, work)
                    print(key, result["estimates"][key], flush=True)
        name = "alpacaeval_judgements"
        rows = [{**row, "prompt_id": row["instruction_id"], "resp": row["model"], "score": row["preference"],
                 "len_char": row["len_model"], **{c: "0" for c in MARKDOWN}}
                for row in read(os.path.join(arguments.data, name + ".csv"))]
        if "audit" in arguments.only:
            result["audit"][name] = audit(arguments.tare, rows, work)
    with open(arguments.output, "w") as file:
        json.dump(rounded(result), file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


main()
