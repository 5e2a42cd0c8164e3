#!/usr/bin/env python3
"""What `import tare` and a call from Python cost beside the command line.

  TARE_BINARY=.build/release/tare PYTHONPATH=python/src python3 Benchmarks/python_overhead.py [--rows 100000]

Needs pandas. The import is that of a fresh interpreter, the median of several. The call is `tare.calibrate` of a data
frame, beside `tare calibrate --json` of the same rows as an Arrow file; the runs alternate, and the overhead is the
difference of the fastest of both, and in processor time, which other work does not disturb, that of the medians. Exits
with 1 where the import takes 0.2 s or more, or the overhead 0.5 s or more.
"""
import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import pyarrow as pa

import tare
from tare import _binary

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=100_000)
parser.add_argument("--repeats", type=int, default=7)
parser.add_argument("--method", default="lowess")
arguments = parser.parse_args()


def processor_seconds():
    """Of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def seconds(work):
    """By the clock, and of the processor."""
    start = time.perf_counter(), processor_seconds()
    work()
    return time.perf_counter() - start[0], processor_seconds() - start[1]


def import_seconds():
    """Of `import tare` alone, without the interpreter's own start."""
    code = "import time; start = time.perf_counter(); import tare; print(time.perf_counter() - start)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


random = np.random.default_rng(1)
length = random.integers(20, 4000, arguments.rows)
frame = pd.DataFrame({
    "prompt_id": np.char.add("prompt-", (np.arange(arguments.rows) // 4).astype(str)).astype(object),
    "score": random.normal(size=arguments.rows) + length / 1500, "length": length,
    "subset": random.choice(["chat", "code", "math"], arguments.rows)})
options = {"method": arguments.method, "label": "none"}

imports = [import_seconds() for _ in range(arguments.repeats)]
with tempfile.TemporaryDirectory() as folder:
    source, output = pathlib.Path(folder) / "in.arrow", pathlib.Path(folder) / "out.arrow"
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with pa.OSFile(str(source), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    command = [_binary.path(), "calibrate", str(source), *_binary.options(options), "--covariate", "length", "--json", "-o",
               str(output)]

    def by_command():
        subprocess.run(command, check=True, capture_output=True)

    def by_python():
        tare.calibrate(frame, **options)
    by_command(), by_python()
    pairs = [(seconds(by_command), seconds(by_python)) for _ in range(arguments.repeats)]

command, python = (min(pair[kind][0] for pair in pairs) for kind in (0, 1))
used = [statistics.median(pair[kind][1] for pair in pairs) for kind in (0, 1)]
overhead = python - command
print(f"import tare: {statistics.median(imports):.3f} s")
print(f"{arguments.rows} rows, method {arguments.method}, the fastest of {arguments.repeats}; processor time, median:")
print(f"  tare calibrate         {command:.3f} s  {used[0]:.3f} s")
print(f"  tare.calibrate, pandas {python:.3f} s  {used[1]:.3f} s")
print(f"  overhead               {overhead:+.3f} s  {used[1] - used[0]:+.3f} s")
sys.exit(statistics.median(imports) >= 0.2 or overhead >= 0.5)
