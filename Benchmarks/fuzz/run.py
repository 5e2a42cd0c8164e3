#!/usr/bin/env python3
"""Runs the fuzz targets of the tests for a while, each suite in a process of its own, and writes down the counts.

  python3 Benchmarks/fuzz/run.py [--seconds 3600] [--seed N] [--configuration release] [--program FILE]
      [--output results/fuzz]

The seconds are shared by the targets. `swift build --build-tests` in that configuration must have been run; --program runs a
copy of its tarePackageTests.xctest, which a build beside it leaves alone. An input that
ended the process, or that a reader took too long for, is kept in --folder (default .build/fuzz) and its path printed; the
exit code is then 1. FuzzTarget in Tests/TareTesting/Fuzzing.swift says how inputs are made.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

SUITES = {  # and how many targets each has
    "WeightsFuzzTests": 3, "TokenizersFuzzTests": 3, "TemplatesFuzzTests": 1, "TablesFuzzTests": 7,
    "CalibrationsFuzzTests": 1, "StoresFuzzTests": 1, "RequestsFuzzTests": 2,
}
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seconds", type=float, default=3600)
parser.add_argument("--seed", type=int, default=int(time.time()))
parser.add_argument("--configuration", default="release")
parser.add_argument("--folder", default=".build/fuzz")
parser.add_argument("--program")
parser.add_argument("--output")
given = parser.parse_args()
folder = pathlib.Path(given.folder)
folder.mkdir(parents=True, exist_ok=True)
for old in folder.glob("*.*"):
    old.unlink()

each = given.seconds / sum(SUITES.values())
environment = os.environ | {
    "FUZZ_TARGET_SECONDS": str(each), "FUZZ_SEED": str(given.seed), "FUZZ_FOLDER": str(folder.resolve()),
    "SWIFT_BACKTRACE": "enable=yes,color=no,images=none,threads=crashed,limit=30"}
failures = []
for suite, count in SUITES.items():
    program = [given.program, "--testing-library", "swift-testing"] if given.program else [
        "swift", "test", "-c", given.configuration, "--skip-build", "--disable-xctest"]
    ended = subprocess.run(
        [*program, "--no-parallel", "--filter", suite],
        env=environment, capture_output=True, text=True)
    if ended.returncode:
        failures.append(suite)
        print(f"{suite}: exit code {ended.returncode}\n{(ended.stdout + ended.stderr)[-3000:]}", file=sys.stderr)

found = sorted((json.loads(p.read_text()) for p in folder.glob("*.json")), key=lambda t: t["target"])
lines = ["| target | inputs | read | refused | kinds of outcome | faults |", "| --- | --- | --- | --- | --- | --- |"]
for target in found:
    lines.append(f"| {target['target']} | {target['runs']:,} | {target['read']:,} | {target['refused']:,} | "
                 f"{target['kinds']} | {len(target['faults'])} |")
total = sum(target["runs"] for target in found)
lines.append(f"| all | {total:,} | | | | {sum(len(t['faults']) for t in found)} |")
print("\n".join(lines))
left = [path for path in folder.glob("*.input")]
for path in left:
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    path.write_bytes(data[8:8 + size])
    print(f"{path}: the input that was being read", file=sys.stderr)
if given.output:
    output = pathlib.Path(given.output)
    output.mkdir(parents=True, exist_ok=True)
    (output / "README.md").write_text(
        f"# Fuzz\n\n`make fuzz FUZZ_SECONDS={given.seconds:g}`, seed {given.seed}, {time.strftime('%Y-%m-%d')}, "
        f"{given.configuration} build.\nEvery reader is given changed inputs; a fault is a trap, an error of an unknown kind, "
        f"or more than\n5 seconds for one input.\n\n" + "\n".join(lines) + "\n")
    (output / "fuzz.json").write_text(json.dumps(
        {"seconds": given.seconds, "seed": given.seed, "targets": found}, indent=1, sort_keys=True) + "\n")
sys.exit(1 if failures or left or len(found) != sum(SUITES.values()) else 0)
