#!/usr/bin/env python3
"""Every calibrator on real scores of real reward models, told as it is: results/calibration.

    python3 Benchmarks/real_scores.py --data FOLDER [--tare .build/release/tare] [--output results/calibration]

FOLDER holds the tables that results/calibration/README.md describes. Calibrating, and on preference pairs the
accuracies, intervals and tests, is done by `tare`; agreement with graded gold, best-of-n and the leaderboard of models are
counted here. Methods that use labels are fitted on four fifths of the prompts, saved, and applied to the fifth that they did
not see, five times. Python's standard library only.
"""
import argparse
import csv
import json
import math
import os
import random
import subprocess
import tempfile
import zlib
from collections import defaultdict

# name, options, whether it uses labels
METHODS = [
    ("auto, no labels", ["--method", "auto", "--ignore-labels"], False),
    ("auto, labels", ["--method", "auto"], True),
    ("lowess 0.9", ["--method", "lowess"], False),
    ("lowess 1/3", ["--method", "lowess", "--frac", "0.3333333333"], False),
    ("lowess log", ["--method", "lowess", "--scale", "log"], False),
    ("lowess cross-fit", ["--method", "lowess", "--cross-fit", "5"], False),
    ("lowess decorrelate", ["--method", "lowess", "--gamma", "decorrelate"], False),
    ("lowess gamma labels", ["--method", "lowess", "--gamma", "labels"], True),
    ("within gamma labels", ["--method", "within-prompt", "--gamma", "labels"], True),
    ("mean", ["--method", "mean"], False),
    ("mean as published", ["--method", "mean", "--as-published"], False),
    ("penalty 0.001", ["--method", "penalty"], False),
    ("penalty tuned", ["--method", "penalty", "--coefficient", "tuned"], False),
    ("lowess-penalty", ["--method", "lowess-penalty"], False),
    ("within-prompt", ["--method", "within-prompt"], False),
    ("additive", ["--method", "additive"], False),
    ("surface", ["--method", "surface"], False),
    ("monotone", ["--method", "monotone"], False),
    ("quantile", ["--method", "quantile"], False),
    ("bradley-terry", ["--method", "bradley-terry"], True),
    ("isotonic", ["--method", "isotonic"], True),
]
MARKDOWN = ["md_headers", "md_lists", "md_bold"]


def covariates(name, length, columns):
    """The covariates of a method; None where the table lacks them."""
    if name == "additive":
        return [length] + [c for c in MARKDOWN if c in columns] if "md_lists" in columns else None
    if name == "surface":
        return [length, "prompt_len_char"] if "prompt_len_char" in columns else None
    return [] if name == "isotonic" else [length]


def mcnemar(gained, lost):
    """The exact two-sided p. `tare evaluate` gives none for a column of scores that came calibrated, since the labels
    may have chosen it; here none has seen the labels that judge it."""
    n, least = gained + lost, min(gained, lost)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2 ** n)


class Table:
    """Rows of one reward model."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns

    def write(self, path, rows=None, extra=()):
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, [*self.columns, *extra], lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows if rows is None else rows)


def read(path):
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        # A column that is empty somewhere is no covariate.
        columns = [c for c in reader.fieldnames if c and all(row[c] != "" for row in rows)]
    return [{c: row[c] for c in columns} for row in rows], columns


def tare(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1].removeprefix("tare: ")
        # The file is one of this script's own.
        raise RuntimeError(words.removeprefix(f"{arguments[2]}, "))
    return json.loads(done.stdout)


def fold(prompt):
    return zlib.crc32(prompt.encode()) % 5


def calibrate(binary, table, options, names, setting, uses_labels, work):
    """Calibrated scores by row, and what tare said; held out where labels are used."""
    group = setting["group"]
    common = ["--score", setting["score"], "--group", group, "--json"]
    if setting.get("label"):
        common += ["--label", setting["label"]]
    chosen = [a for name in names for a in ("--covariate", name)]
    source, output, saved = (os.path.join(work, n) for n in ("in.csv", "out.csv", "saved.json"))

    def run(rows, extra):
        table.write(source, rows)
        part = tare([binary, "calibrate", source, *common, *extra, "-o", output])["parts"][0]
        with open(output, newline="") as file:
            return [float(row["calibrated"]) for row in csv.DictReader(file)], part

    whole, part = run(table.rows, [*options, *chosen])
    if not uses_labels:
        return whole, part
    calibrated, gammas = [None] * len(table.rows), []
    for number in range(5):
        inside = [i for i, row in enumerate(table.rows) if fold(row[group]) == number]
        outside = [row for row in table.rows if fold(row[group]) != number]
        _, fitted = run(outside, [*options, *chosen, "--save", saved])
        gammas.append(fitted["gamma"])
        scores, _ = run([table.rows[i] for i in inside], ["--apply", saved])
        for i, score in zip(inside, scores):
            calibrated[i] = score
    part["gamma"] = sum(gammas) / 5
    part["gammas"] = gammas
    return calibrated, part


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    result, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            result[place] = (start + end + 1) / 2
        start = end
    return result


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    cov = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    var = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return cov / var**0.5 if var > 0 else float("nan")


def interval(sample):
    sample = sorted(sample)
    return [sample[int(0.025 * len(sample))], sample[min(len(sample) - 1, int(0.975 * len(sample)))]]


def agreement(rows, group, gold, raw, calibrated, seed=1, resamples=2000):
    """Share of pairs of one prompt that scores order as gold does (score ties half), by pairs; 95% intervals from a
    bootstrap over prompts; p of the difference from random exchanges of raw and calibrated, prompt by prompt."""
    prompts = defaultdict(list)
    for i, row in enumerate(rows):
        prompts[row[group]].append(i)
    counts = []
    for members in prompts.values():
        n = right = fixed = 0
        for a in range(len(members)):
            for b in range(a):
                i, j = members[a], members[b]
                if gold[i] == gold[j]:
                    continue
                sign = 1 if gold[i] > gold[j] else -1
                n += 1
                for values, kind in ((raw, 0), (calibrated, 1)):
                    margin = (values[i] - values[j]) * sign
                    share = 1 if margin > 0 else 0.5 if margin == 0 else 0
                    if kind:
                        fixed += share
                    else:
                        right += share
        if n:
            counts.append((n, right, fixed))
    pairs = sum(n for n, _, _ in counts)
    value = lambda k: 100 * sum(c[k] for c in counts) / pairs
    dice = random.Random(seed)
    before, after, change = [], [], []
    for _ in range(resamples):
        drawn = dice.choices(counts, k=len(counts))
        n = sum(c[0] for c in drawn)
        a, b = 100 * sum(c[1] for c in drawn) / n, 100 * sum(c[2] for c in drawn) / n
        before.append(a), after.append(b), change.append(b - a)
    found = abs(sum(c[2] - c[1] for c in counts))
    changed = [c[2] - c[1] for c in counts if c[2] != c[1]]
    as_far = sum(
        abs(sum(d if dice.random() < 0.5 else -d for d in changed)) >= found - 1e-9 for _ in range(resamples))
    return {
        "raw": value(1), "raw_interval": interval(before), "calibrated": value(2),
        "calibrated_interval": interval(after), "difference": value(2) - value(1),
        "difference_interval": interval(change), "p": (as_far + 1) / (resamples + 1), "pairs": pairs,
        "prompts": len(counts)}


def best_of(rows, group, order, scores, gold, seed=1):
    """Mean gold of the response that scores highest among the first n, n from 1; with 95% intervals over prompts."""
    prompts = defaultdict(list)
    for i, row in enumerate(rows):
        prompts[row[group]].append(i)
    dice, curve = random.Random(seed), []
    most = max(len(m) for m in prompts.values())
    for n in range(1, most + 1):
        taken = []
        for members in prompts.values():
            first = sorted(members, key=lambda i: order[i])[:n]
            best = max(scores[i] for i in first)
            ties = [gold[i] for i in first if scores[i] == best]
            taken.append(sum(ties) / len(ties))
        means = [sum(dice.choices(taken, k=len(taken))) / len(taken) for _ in range(500)]
        curve.append({"n": n, "gold": sum(taken) / len(taken), "interval": interval(means)})
    return curve


def summary(part):
    """What tare says of correlations and order, in few members."""
    short = lambda d: None if d is None else {
        k: d[k] for k in ("rank_correlation", "rank_correlation_interval", "slope") if k in d}
    sides = {}
    for side in ("before", "after"):
        d = part[side] or {}
        sides[side] = {"pooled": short(d.get("pooled")), "within_prompt": short(d.get("within_prompt"))}
    return {**sides, "gamma": part["gamma"], "share_of_pairs_changed": part["share_of_pairs_changed"],
            **({"decision": part["findings"]["decision"], "reason": part["findings"]["reason"]}
               if "reason" in part["findings"] else {})}


def scored(path, model):
    """Rows of what `tare score` wrote for preference pairs."""
    rows = []
    for line in open(path):
        r = json.loads(line)
        subset = r.get("subset") or ""
        rows.append({
            "rm": model, "prompt_id": f"{subset}/{r['id']}", "resp": str(r["index"]), "score": repr(r["score"]),
            "gold": str(int(r["role"] == "chosen")), "len_char": str(r["length"]), "subset": subset or "all"})
    return rows, list(rows[0])


def pairs_set(name, setting, arguments, work):
    rows, columns = (scored(setting["scored"], setting["model"]) if "scored" in setting
                     else read(os.path.join(arguments.data, name + ".csv")))
    models = defaultdict(list)
    for row in rows:
        models[row["rm"]].append(row)
    result = {}
    for model, own in models.items():
        table = Table(own, columns)
        entry = result[model] = {}
        for method, options, uses_labels in METHODS:
            names = covariates(method, setting["length"], columns)
            try:
                if names is None:
                    raise RuntimeError("the table has no such covariates")
                calibrated, part = calibrate(
                    arguments.tare, table, options, names, setting, uses_labels, work)
            except RuntimeError as error:
                entry[method] = {"not_run": str(error)}
                continue
            found = summary(part)
            if uses_labels:
                # Correlations after are of the held-out scores, which no single calibration gave.
                found["held_out"] = True
            if setting["binary"]:
                path = os.path.join(work, "evaluate.csv")
                table.write(path, [{**r, "calibrated": repr(c)} for r, c in zip(own, calibrated)], ["calibrated"])
                e = tare([arguments.tare, "evaluate", path, "--benchmark", "pairs", "--label", setting["label"],
                          "--length", setting["length"], "--group", setting["group"], "--json"])
                raw, new = e["overall"], e["calibrated"]["overall"]
                change = e["raw_against_calibrated"]["overall"]
                found["accuracy"] = {
                    "raw": 100 * raw["accuracy"], "raw_interval": [100 * x for x in raw["interval"]],
                    "calibrated": 100 * new["accuracy"], "calibrated_interval": [100 * x for x in new["interval"]],
                    "difference": 100 * change["difference"],
                    "difference_interval": [100 * x for x in change["interval"]], "gained": change["gained"],
                    "lost": change["lost"], "p": mcnemar(change["gained"], change["lost"]), "pairs": raw["n"]}
            else:
                score = [float(r[setting["score"]]) for r in own]
                gold = [float(r[setting["label"]]) for r in own]
                found["accuracy"] = agreement(own, setting["group"], gold, score, calibrated)
                order = [int(r["resp"]) for r in own]
                found["best_of_n"] = {
                    "calibrated": best_of(own, setting["group"], order, calibrated, gold),
                    "raw": best_of(own, setting["group"], order, score, gold)}
            entry[method] = found
            print(name, model, method, f"{found['accuracy']['difference']:+.2f}", flush=True)
    return result


def leaderboard(name, setting, arguments, work):
    """AlpacaEval's judge as the reward model: does its calibrated mean order models as the published length-controlled
    win rate does? The order of models is all there is to agree with."""
    rows, columns = read(os.path.join(arguments.data, name + ".csv"))
    published = {r["model"]: r for r in csv.DictReader(open(os.path.join(arguments.data, "alpacaeval_published.csv")))}
    # Some models were not judged on every instruction.
    table = Table(rows, columns)
    result = {}
    models = sorted(set(r["model"] for r in rows) & set(published))
    by_instruction = defaultdict(list)
    for i, row in enumerate(rows):
        by_instruction[row["instruction_id"]].append(i)
    groups = list(by_instruction.values())

    def spearman(scores, drawn, target):
        sums, counts = defaultdict(float), defaultdict(int)
        for group in drawn:
            for i in group:
                sums[rows[i]["model"]] += scores[i]
                counts[rows[i]["model"]] += 1
        return correlation(ranks([sums[m] / max(1, counts[m]) for m in models]),
                           ranks([float(published[m][target]) for m in models]))

    raw = [float(r[setting["score"]]) for r in rows]
    for method, options, uses_labels in METHODS:
        if uses_labels:
            continue
        names = covariates(method, setting["length"], columns)
        try:
            if names is None:
                raise RuntimeError("the table has no such covariates")
            calibrated, part = calibrate(arguments.tare, table, options, names, setting, False, work)
        except RuntimeError as error:
            result[method] = {"not_run": str(error)}
            continue
        found = summary(part)
        dice = random.Random(1)
        draws = [dice.choices(groups, k=len(groups)) for _ in range(400)]
        for target in ("length_controlled_winrate", "win_rate"):
            change = [spearman(calibrated, d, target) - spearman(raw, d, target) for d in draws]
            found["spearman_with_" + target] = {
                "raw": spearman(raw, groups, target), "calibrated": spearman(calibrated, groups, target),
                "difference_interval": interval(change), "models": len(models)}
        result[method] = found
        print(name, method, found["spearman_with_length_controlled_winrate"], flush=True)
    return result


SETS = {
    "mathprm": dict(score="score", label="gold", group="prompt_id", length="len_char", binary=True),
    "judgebench": dict(score="score", label="gold", group="prompt_id", length="len_char", binary=True),
    "ppo_overoptimisation": dict(score="score", label="gold", group="prompt_id", length="len_char", binary=False),
}
ALPACA = dict(score="preference", label=None, group="instruction_id", length="len_model")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", default=".")
    parser.add_argument("--scored", nargs=3, action="append", default=[], metavar=("NAME", "MODEL", "FILE"),
                        help="preference pairs as `tare score --output FILE` wrote them")
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--output", default="results/calibration")
    parser.add_argument("--only", nargs="*", help="names of tables")
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for name, model, path in arguments.scored:
            SETS[name] = dict(SETS["mathprm"], scored=path, model=model)
        for name in [*SETS, "alpacaeval_judgements"]:
            wanted = arguments.only if arguments.only is not None else [*SETS, "alpacaeval_judgements"]
            if name not in wanted:
                continue
            found = (pairs_set(name, SETS[name], arguments, work) if name in SETS
                     else leaderboard(name, ALPACA, arguments, work))
            with open(os.path.join(arguments.output, name + ".json"), "w") as file:
                json.dump(rounded(found), file, indent=1, sort_keys=True, ensure_ascii=False)
                file.write("\n")
    write_tables(arguments.output)


def sign(number, digits=1):
    return f"{number:+.{digits}f}".replace("-", "−")


def pairs_tables(name, found):
    lines = [f"## {name}", ""]
    for model, methods in found.items():
        first = next(m for m in methods.values() if "accuracy" in m)
        a, before = first["accuracy"], first["before"]
        within = before["within_prompt"]
        kind = "prompts" if "prompts" in a else "pairs"
        lines += [
            f"### {model}",
            f"Raw {a['raw']:.1f}% ({a['raw_interval'][0]:.1f} to {a['raw_interval'][1]:.1f}), {a[kind]:,} {kind}. Rank correlation "
            f"with length {sign(before['pooled']['rank_correlation'], 2)} over all responses, "
            f"{sign(within['rank_correlation'], 2)} within prompts.", "",
            "| method | calibrated, 95% | change, 95% | p | pooled after | within after | orders changed | gamma |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |"]
        for method, m in methods.items():
            if "not_run" in m:
                lines.append(f"| {method} | not run: {m['not_run']} | | | | | | |")
                continue
            a = m["accuracy"]
            star = " *" if a["p"] < 0.05 else ""
            after = m["after"]
            rho = [sign(after[k]["rank_correlation"], 2) if after[k] else "–" for k in ("pooled", "within_prompt")]
            held = ", held out" if m.get("held_out") else ""
            lines.append(
                f"| {method}{held} | {a['calibrated']:.1f} ({a['calibrated_interval'][0]:.1f} to {a['calibrated_interval'][1]:.1f}) "
                f"| {sign(a['difference'])} ({sign(a['difference_interval'][0])} to {sign(a['difference_interval'][1])}){star} "
                f"| {a['p']:.2g} | {rho[0]} | {rho[1]} | {100 * (m['share_of_pairs_changed'] or 0):.0f}% | {m['gamma']:.2f} |")
        lines.append("")
        chosen = [k for k in ("auto, no labels", "lowess 0.9", "penalty 0.001", "bradley-terry") if "best_of_n" in methods.get(k, {})]
        if chosen:
            lines += [
                "Mean gold reward of the response that scores highest among those of the first n steps (95% over prompts):", "",
                "| n | raw | " + " | ".join(chosen) + " |", "| --- | --- |" + " --- |" * len(chosen)]
            cell = lambda e: f"{e['gold']:.2f} ({e['interval'][0]:.2f} to {e['interval'][1]:.2f})".replace("-", "−")
            for n in range(len(first["best_of_n"]["raw"])):
                row = [cell(first["best_of_n"]["raw"][n])] + [cell(methods[k]["best_of_n"]["calibrated"][n]) for k in chosen]
                lines.append(f"| {n + 1} | " + " | ".join(row) + " |")
            lines.append("")
    return lines


def leaderboard_table(name, found):
    lines = [
        f"## {name}", "",
        "Spearman's correlation, over models, of the mean calibrated preference with the published win rates; change with its 95% "
        "interval over instructions.", "",
        "| method | with the length-controlled win rate | change | with the plain win rate | pooled after | within after |",
        "| --- | --- | --- | --- | --- | --- |"]
    raw = next(m for m in found.values() if "not_run" not in m)
    lines.append(
        f"| raw | {raw['spearman_with_length_controlled_winrate']['raw']:.3f} | | {raw['spearman_with_win_rate']['raw']:.3f} "
        f"| {sign(raw['before']['pooled']['rank_correlation'], 2)} | {sign(raw['before']['within_prompt']['rank_correlation'], 2)} |")
    for method, m in found.items():
        if "not_run" in m:
            lines.append(f"| {method} | not run: {m['not_run']} | | | | |")
            continue
        a, b = m["spearman_with_length_controlled_winrate"], m["spearman_with_win_rate"]
        low, high = a["difference_interval"]
        rho = [sign(m["after"][k]["rank_correlation"], 2) if m["after"][k] else "–" for k in ("pooled", "within_prompt")]
        lines.append(
            f"| {method} | {a['calibrated']:.3f} | {sign(a['calibrated'] - a['raw'], 3)} ({sign(low, 3)} to {sign(high, 3)}) "
            f"| {b['calibrated']:.3f} | {rho[0]} | {rho[1]} |")
    return lines + [""]


def write_tables(folder):
    lines = [
        "# Every calibrator on every table", "",
        "Written by `Benchmarks/real_scores.py`; [README.md](README.md) says what is measured and what it shows. Accuracy in per cent; "
        "p: exact McNemar test on pairs, on graded gold a permutation of raw and calibrated prompt by prompt; * p < 0.05, "
        "not corrected for the number of methods. Held out: fitted five times without the prompts it is judged on; the correlations after "
        "are then those of the fit to all.", ""]
    names = [f.removesuffix(".json") for f in sorted(os.listdir(folder)) if f.endswith(".json")]
    order = ["mathprm", "judgebench", "ppo_overoptimisation", "alpacaeval_judgements"]
    for name in sorted(names, key=lambda n: (order.index(n) if n in order else len(order), n)):
        path = os.path.join(folder, name + ".json")
        if os.path.exists(path):
            found = json.load(open(path))
            # Files have sorted keys; tables have the methods in their order.
            put = lambda d: {m: d[m] for m, _, _ in METHODS if m in d}
            lines += (leaderboard_table(name, put(found)) if name == "alpacaeval_judgements"
                      else pairs_tables(name, {k: put(v) for k, v in found.items()}))
    with open(os.path.join(folder, "tables.md"), "w") as file:
        file.write("\n".join(lines).rstrip() + "\n")


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
