#!/usr/bin/env python3
"""How often the interval of `tare smooth --turning-points` holds the planted 16.5 °C, over many seeds.

  python3 coverage.py --seeds 100 --frac 0.3
  python3 coverage.py --seeds 100 --frac 0.3 --frac 0.5 --degree 2

What is looked at is the lowest minimum that is clear; a seed without one counts as missed.
"""
import argparse
import io
import json
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import List, NamedTuple, Optional

import make


class Minimum(NamedTuple):
    place: float
    low: float
    high: float


def minimum(seed: int, tare: str, settings: List[str]) -> Optional[Minimum]:
    """What `tare smooth` finds in one seed's days."""
    table = io.StringIO()
    make.write(table, seed)
    command = [tare, "smooth", "-", "--x", "temperature", "--y", "energy", "--turning-points", "--json", *settings]
    told = subprocess.run(command, input=table.getvalue(), check=True, stdout=subprocess.PIPE, text=True).stdout
    clear = [p for p in json.loads(told)["turning_points"] if p["kind"] == "minimum" and p["clear"]]
    if not clear:
        return None
    lowest = min(clear, key=lambda point: point["fitted"])
    return Minimum(lowest["x"], *lowest["interval"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tare", default="tare")
    parser.add_argument("--seeds", type=int, default=100, help="from 1 to this")
    parser.add_argument("--frac", action="append", help="several may be given")
    parser.add_argument("--degree", default="1")
    parser.add_argument("--bootstrap", default="1000")
    options = parser.parse_args()
    print("frac  degree  seeds  clear  covered  median minimum  mean width")
    for frac in options.frac or ["0.3"]:
        settings = ["--frac", frac, "--degree", options.degree, "--bootstrap", options.bootstrap]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(lambda seed: minimum(seed, options.tare, settings), range(1, options.seeds + 1))
            clear = [one for one in found if one]
        covered = sum(one.low <= make.LOWEST <= one.high for one in clear)
        place = statistics.median(one.place for one in clear) if clear else float("nan")
        width = statistics.fmean(one.high - one.low for one in clear) if clear else float("nan")
        print(f"{frac:4}  {options.degree:>6}  {options.seeds:5}  {len(clear):5}  {covered:7}  {place:14.2f}  {width:10.2f}",
              flush=True)


if __name__ == "__main__":
    main()
