#!/usr/bin/env python3
"""Seconds that an exact LOWESS takes: tare beside statsmodels and fastlowess, on the same points in one sitting.

  python3 -m venv venv && venv/bin/pip install numpy statsmodels fastlowess
  venv/bin/python Benchmarks/lowess.py [--tare .build/release/tare] [--machine epyc-zen5] [--points 6000 50000 ...]

frac 1/3, it 3, delta 0, distinct x, one thread; tare's figure is the median of seven fits (one above 200,000 points).
A peer that is not installed, or that would take minutes, gets null. The curves are compared where a peer has one.
Prints JSON, and writes it to results/speed/lowess-<machine>.json where --machine is given.
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

# One thread for everyone.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

parser = argparse.ArgumentParser()
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--machine", help="a short name for the results' file")
parser.add_argument("--points", type=int, nargs="+", default=[6_000, 50_000, 1_000_000, 10_000_000])
parser.add_argument("--most-for-peers", type=int, default=50_000, help="peers get null above this many points")
arguments = parser.parse_args()


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        print(f"{package} is not installed here: its figures are null", file=sys.stderr)
        return None


try:
    import numpy as np
except ImportError:
    np = None
versions = {name: version(name) for name in ("statsmodels", "fastlowess")}


def points(count):
    """The points of `tare bench --lowess`, bit for bit."""
    i = np.arange(count, dtype=np.uint64)
    x = ((i * 2654435769) % 2**32).astype(float) / 2**32
    return x, 3 * x + ((i * 1779033703) % 2**32).astype(float) / 2**31


def with_statsmodels(x, y):
    from statsmodels.nonparametric.smoothers_lowess import lowess
    return lowess(y, x, frac=1 / 3, it=3, delta=0, return_sorted=False)


def with_fastlowess(x, y):
    import fastlowess
    order = np.argsort(x, kind="stable")
    fitted = np.empty(len(x))
    # Without points of its own beyond the ends, and with the scale that Cleveland and statsmodels take.
    model = fastlowess.Lowess(
        fraction=1 / 3, iterations=3, delta=0.0, parallel=False, boundary_policy="noboundary", scaling_method="mar")
    fitted[order] = model.fit(x[order], y[order]).y
    return fitted


def measured(fit, x, y, ours):
    start = time.perf_counter()
    fitted = fit(x, y)
    seconds = time.perf_counter() - start
    return seconds, float(np.abs(fitted - ours).max() / np.ptp(y))


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


rows = []
for count in arguments.points:
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "fitted")
        command = [arguments.tare, "bench", "--lowess", str(count), "--lowess-fitted", file]
        row = {f"tare_{k}" if k != "points" else k: v for k, v in json.loads(subprocess.check_output(command)).items()}
        peers = {"statsmodels": with_statsmodels, "fastlowess": with_fastlowess}
        for name, fit in peers.items():
            row |= {f"{name}_seconds": None, f"{name}_largest_difference": None, f"{name}_ratio": None}
            if np is not None and versions[name] and count <= arguments.most_for_peers:
                x, y = points(count)
                seconds, difference = measured(fit, x, y, np.fromfile(file))
                row[f"{name}_seconds"] = round(seconds, 3)
                row[f"{name}_largest_difference"] = difference
                row[f"{name}_ratio"] = round(seconds / row["tare_seconds"], 1)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
        if (row["statsmodels_largest_difference"] or 0) > 1e-9:
            sys.exit("tare and statsmodels differ by more than 1e-9 of y's range")

result = {
    "command": "python Benchmarks/lowess.py --machine NAME",
    "date": datetime.date.today().isoformat(),
    "machine": f"{processor()}, {os.cpu_count()} cores, one thread, shared",
    "peers": {name: found for name, found in versions.items()},
    "rows": rows,
    "work": "exact LOWESS of points with distinct x: frac 1/3, it 3, delta 0; differences are shares of y's range",
}
text = json.dumps(result, indent=2, sort_keys=True)
print(text)
if arguments.machine:
    pathlib.Path(f"results/speed/lowess-{arguments.machine}.json").write_text(text + "\n")
