#!/usr/bin/env python3
"""How often the interval of each country's minimum holds the planted one, at `--frac auto`, over many seeds.

  python3 coverage.py --seeds 200

What is looked at is the lowest clear minimum of each country; one without a clear minimum counts as missed.
"""
import argparse
import io
import json
import os
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import List, Optional, Tuple

import make

Found = Tuple[float, float, float, float]


def minimum(tare: str, seed: int, name: str, settings: List[str]) -> Optional[Found]:
    """Place, ends of the interval, and frac."""
    table = io.StringIO()
    make.write(table, seed, (name,))
    command = [tare, "smooth", "-", "--x", "temperature", "--y", "co2", "--detrend", "date", "--turning-points",
               "--json", *settings]
    told = json.loads(subprocess.run(
        command, input=table.getvalue(), check=True, stdout=subprocess.PIPE, text=True).stdout)
    clear = [p for p in told["turning_points"] if p["kind"] == "minimum" and p["clear"] and p["interval"]]
    if not clear:
        return None
    lowest = min(clear, key=lambda point: point["fitted"])
    return lowest["x"], lowest["interval"][0], lowest["interval"][1], told["frac"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tare", default="tare")
    parser.add_argument("--seeds", type=int, default=200, help="from 1 to this")
    parser.add_argument("--frac", default="auto")
    parser.add_argument("--bootstrap", default="200")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    print("country  critical  seeds  clear  covered  median minimum  mean width  median frac")
    for name, country in make.COUNTRIES.items():
        settings = ["--frac", options.frac, "--bootstrap", options.bootstrap]
        with ThreadPoolExecutor(options.threads) as pool:
            found = list(pool.map(
                lambda seed: minimum(options.tare, seed, name, settings), range(1, options.seeds + 1)))
        clear = [one for one in found if one]
        covered = sum(low <= country.critical <= high for _, low, high, _ in clear)
        numbers = [statistics.median(x for x, *_ in clear), statistics.fmean(h - l for _, l, h, _ in clear),
                   statistics.median(f for *_, f in clear)] if clear else [float("nan")] * 3
        print(f"{name:7}  {country.critical:8}  {options.seeds:5}  {len(clear):5}  {covered:7}  {numbers[0]:14.2f}  "
              f"{numbers[1]:10.2f}  {numbers[2]:11.3f}", flush=True)


if __name__ == "__main__":
    main()
