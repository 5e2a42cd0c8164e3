#!/usr/bin/env python3
"""Processor and wall seconds and peak memory of every command that takes score tables, at millions of rows, beside
polars doing the plain part of the same (read, group, best of n, accuracy by subset and by length; no intervals).

  python3 -m venv venv && venv/bin/pip install numpy polars pyarrow
  venv/bin/python Benchmarks/tables.py [--tare .build/release/tare] [--folder /tmp/speed-tables] [--machine NAME]
      [--rows 200000 2000000 10000000] [--texts [--model FOLDER_OR_GGUF]] [--parquet] [--only evaluate rank ...]
      [--limit 600]

The tables are made once in --folder, from a seed: four responses a prompt, exactly one of them right, in eight
subsets of unequal size; the score goes with the label and with the length. `pairs` writes texts, so it gets the same
scores beside short prompts and responses. --texts adds 100,000 prompts with four responses of about 1,200 characters
each as JSON Lines (492 MB), and with --model, of which `score` needs tokenizer and template alone, `score` by an engine
that answers at once (stub_engine.py). A command that runs past --limit seconds is stopped and gets null. Memory is the
peak of the resident set (wait4). Prints JSON, and writes it to results/speed/tables-<machine>.json where --machine is
given.
"""
import argparse
import concurrent.futures
import datetime
import importlib.metadata
import json
import multiprocessing
import os
import pathlib
import platform
import signal
import subprocess
import sys
import threading
import time

import stub_engine

parser = argparse.ArgumentParser()
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--folder", default="/tmp/speed-tables")
parser.add_argument("--machine", help="a short name for the results' file")
parser.add_argument("--rows", type=int, nargs="+", default=[2_000_000])
parser.add_argument("--texts", action="store_true")
parser.add_argument("--model")
parser.add_argument("--parquet", action="store_true")
parser.add_argument("--only", nargs="+", help="names of the work, see the source")
parser.add_argument("--limit", type=float, default=600)
parser.add_argument("--polars", help=argparse.SUPPRESS)
arguments = parser.parse_args()
folder = pathlib.Path(arguments.folder)


def plain_part(path):
    """What polars does in a process of its own."""
    import polars as pl
    frame = pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path)
    key = ["subset", "prompt_id"]
    best = frame.group_by(key).agg(pl.col("label").get(pl.col("score").arg_max()).alias("right"))
    pairs = frame.filter(pl.col("label") == 1).join(
        frame.filter(pl.col("label") == 0), on=key, suffix="_rejected"
    ).select(
        "subset",
        right=(pl.col("score") > pl.col("score_rejected")).cast(pl.Float64),
        relation=pl.when(10 * (pl.col("length") - pl.col("length_rejected")).abs()
                         <= pl.max_horizontal("length", "length_rejected")).then(0)
        .when(pl.col("length") > pl.col("length_rejected")).then(1).otherwise(2),
    )
    print(json.dumps({
        "best_of_n": best["right"].mean(), "overall": pairs["right"].mean(),
        "subsets": dict(pairs.group_by("subset").agg(pl.col("right").mean()).sort("subset").iter_rows()),
        "by_length": dict(pairs.group_by("relation").agg(pl.col("right").mean()).sort("relation").iter_rows()),
    }))


if arguments.polars:
    plain_part(arguments.polars)
    sys.exit()


def table(rows):
    """Makes the table of so many rows as CSV, and as Parquet where that is wanted."""
    import numpy as np
    csv = folder / f"scores{rows}.csv"
    parquet = csv.with_suffix(".parquet")
    if csv.exists() and (parquet.exists() or not arguments.parquet):
        return csv
    random = np.random.default_rng(20)
    prompts = rows // 4
    right = np.zeros((prompts, 4), dtype=np.int64)
    right[np.arange(prompts), random.integers(0, 4, prompts)] = 1
    length = np.maximum(1, random.lognormal(6.3, 0.6, (prompts, 4))).astype(np.int64)
    score = right * 0.9 + 0.35 * np.log(length / 500) + random.normal(0, 1, (prompts, 4))
    # Twelve digits, as few enough bytes for 57 MB.
    score = np.round(score, 4)
    shares = np.array([30, 20, 15, 12, 10, 6, 5, 2]) / 100
    names = np.array(["chat", "chat-hard", "code", "math", "safety", "truth", "style", "rare"])
    subset = names[random.choice(len(names), prompts, p=shares)]
    columns = {
        "prompt_id": np.repeat([f"p{p:06d}" for p in range(prompts)], 4),
        "index": np.tile(np.arange(4), prompts), "score": score.ravel(), "length": length.ravel(),
        "label": right.ravel(), "subset": np.repeat(subset, 4),
    }
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet
    made = pa.table(columns)
    pyarrow.csv.write_csv(made, csv, pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.parquet.write_table(made, parquet)
    return csv


def short_texts(csv, rows):
    """Makes the table of so many rows with short prompts and responses, for `pairs`."""
    path = folder / f"short-texts{rows}.csv"
    if not path.exists():
        import polars as pl
        pl.read_csv(csv).select(
            "prompt_id", "index", pl.format("Question {}?", "prompt_id").alias("prompt"),
            pl.format("Answer {}.", "index").alias("response"), "score", "label").write_csv(path)
    return path


def texts():
    """Makes 100,000 prompts × 4 responses with their texts, a response a line, 492 MB."""
    import random
    path = folder / "texts.jsonl"
    if path.exists():
        return path
    made = random.Random(20)
    words = [
        "".join(made.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(made.randint(2, 9))) for _ in range(5000)]
    pool = " ".join(made.choice(words) for _ in range(200_000))

    def text(length):
        start = made.randrange(len(pool) - length)
        return pool[start:start + length]
    with open(path, "w") as file:
        for prompt in range(100_000):
            question = text(300)
            right = made.randrange(4)
            for index in range(4):
                response = text(int(min(max(made.lognormvariate(6.5, 0.5), 20), 6000)) + 80)
                score = (index == right) * 0.9 + len(response) / 2000 + made.gauss(0, 1)
                file.write(json.dumps({
                    "prompt_id": f"p{prompt:06d}", "index": index, "prompt": question, "response": response,
                    "score": round(score, 6), "label": int(index == right)}) + "\n")
    return path


def made_apart(make, *given):
    """What a function that takes much memory makes: wait4 counts this process's own memory as a command's, which begins
    as a copy of it."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        return pool.submit(make, *given).result()


def measured(command):
    """Processor and wall seconds and peak memory of a command; nulls where it ran past the limit."""
    start = time.perf_counter()
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=subprocess.PIPE)
    late = []
    timer = threading.Timer(arguments.limit, lambda: (late.append(1), os.kill(process.pid, signal.SIGKILL)))
    timer.start()
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if late:
        return {"wall_seconds": None, "processor_seconds": None, "peak_mb": None, "limit": arguments.limit}
    if process.returncode:
        sys.exit(f"{' '.join(command)}: {process.returncode}\n{message.decode()[-2000:]}")
    return {
        "wall_seconds": round(wall, 2), "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss * 1024 / 1e6)}


def works(path):
    """Commands on a table of scores, by name."""
    out, like = str(folder / "out"), pathlib.Path(path).suffix
    return {
        "polars": [sys.executable, __file__, "--polars", path],
        "evaluate": [arguments.tare, "evaluate", path, "--json"],
        "calibrate": [arguments.tare, "calibrate", path, "--output", out + like],
        "calibrate-lowess": [
            arguments.tare, "calibrate", path, "--method", "lowess", "--ignore-labels", "--output", out + like],
        "rank": [arguments.tare, "rank", path, "--top", "1", "--output", out + ".jsonl"],
        "report": [arguments.tare, "report", path, "--output", out + ".html"],
        "smooth": [arguments.tare, "smooth", path, "--x", "length", "--y", "score", "--points", "100"],
    }


def text_works(path):
    out = str(folder / "out")
    return {
        "rank": [arguments.tare, "rank", path, "--top", "1", "--output", out + ".jsonl"],
        "pairs": [arguments.tare, "pairs", path, "--output", out + ".jsonl"],
        "report": [arguments.tare, "report", path, "--output", out + ".html"],
    }


def score_work(path, server):
    return {"score": [
        arguments.tare, "score", path, "--model", arguments.model, "--output", str(folder / "out") + ".jsonl",
        "--engine", f"http://127.0.0.1:{server.server_port}", "--engine-protocol", "openrlhf"]}


def run(path, commands, results):
    for name, command in commands.items():
        if arguments.only and name not in arguments.only:
            continue
        row = {"file": path.name, "file_mb": round(path.stat().st_size / 1e6, 1), "work": name}
        row |= measured(command)
        results.append(row)
        print(json.dumps(row), file=sys.stderr)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


folder.mkdir(parents=True, exist_ok=True)
results = []
for count in arguments.rows:
    csv = made_apart(table, count)
    run(csv, works(str(csv)), results)
    short = made_apart(short_texts, csv, count)
    run(short, {"pairs": text_works(str(short))["pairs"]}, results)
    if arguments.parquet:
        parquet = csv.with_suffix(".parquet")
        run(parquet, works(str(parquet)), results)
if arguments.texts:
    path = made_apart(texts)
    run(path, text_works(str(path)), results)
    if arguments.model:
        server = stub_engine.engine()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run(path, score_work(str(path), server), results)
        server.shutdown()
result = {
    "command": "python Benchmarks/tables.py --machine NAME",
    "date": datetime.date.today().isoformat(),
    "machine": f"{processor()}, {os.cpu_count()} cores, shared",
    "polars": importlib.metadata.version("polars"),
    "rows": results,
}
text = json.dumps(result, indent=2)
print(text)
if arguments.machine:
    pathlib.Path(f"results/speed/tables-{arguments.machine}.json").write_text(text + "\n")
