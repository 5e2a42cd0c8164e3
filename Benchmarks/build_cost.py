#!/usr/bin/env python3
"""Processor seconds that a fresh clone's `tare` takes to build in release, by package.

  python3 Benchmarks/build_cost.py [--commit HEAD] [--jobs N] [--json] [--output results/build/NAME.json]

Clones the repository that this file stands in into a temporary folder and builds there as `make build` does, with
SwiftPM's cache of downloaded packages and no compiled ones. Every call of swiftc and clang goes through a wrapper, which
takes user and system seconds of the compiler and all that it starts (wait4) and finds the package by the sources'
folder; what is left of the whole build is SwiftPM's own planning. Other programs that run meanwhile make the wall time
longer, and hardly change these seconds. Prints a table, or JSON; --output writes the JSON, too.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

# Stands for swiftc and clang: runs the real one, and notes what it took.
WRAPPER = r'''#!{python} -I
import json, os, re, resource, sys
sources = re.compile(r"\.(swift|c|cc|cpp|cxx|S|m|mm)['\"]?$")
def inputs(arguments):
    for argument in arguments:
        if argument.startswith("@"):
            try:
                with open(argument[1:]) as file:
                    yield from inputs(file.read().split())
            except OSError:
                pass
        elif sources.search(argument):
            yield argument.strip("'\"")
arguments = sys.argv[1:]
child = os.spawnv(os.P_NOWAIT, {real!r}, [{real!r}, *arguments])
_, status, usage = os.wait4(child, 0)
after = lambda flag: arguments[arguments.index(flag) + 1] if flag in arguments[:-1] else None
kind = "compile"
if "-emit-executable" in arguments or "-emit-library" in arguments:
    kind = "link"
elif "-modulewrap" in arguments:
    kind = "wrap"
elif not ({{"-c", "-emit-module"}} & set(arguments)):
    kind = "other"
first = next(inputs(arguments), "")
own = resource.getrusage(resource.RUSAGE_SELF)
line = json.dumps([kind, after("-module-name"), first, usage.ru_utime + usage.ru_stime,
                   own.ru_utime + own.ru_stime]) + "\n"
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
os.write(log, line.encode())
sys.exit(os.waitstatus_to_exitcode(status))
'''

parser = argparse.ArgumentParser()
parser.add_argument("--commit", default="HEAD", help="what is built (HEAD)")
parser.add_argument("--jobs", type=int, help="compilers at the same time; default: SwiftPM's own choice")
parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
parser.add_argument("--output", type=pathlib.Path, help="a file that the JSON is written to as well")
arguments = parser.parse_args()
repository = pathlib.Path(__file__).resolve().parent.parent


def measured(command, **options):
    """Runs a command; its user and system seconds, with all that it waited for."""
    process = subprocess.Popen(command, stdout=sys.stderr, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def text(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def wrapper(folder, name, log):
    real = shutil.which(name)
    if real is None:
        sys.exit(f"{name} is missing: see swift.org/install")
    path = folder / name
    path.write_text(WRAPPER.format(python=sys.executable, real=os.path.realpath(os.path.dirname(real)) + "/" + name,
                                   log=str(log)))
    path.chmod(0o755)
    return str(path)


def package(source):
    """The package whose checkout a source stands in; 'tare' for the project's own."""
    found = re.search(r"/checkouts/([^/]+)/", source)
    return found[1] if found else "tare"


def target(source, module):
    found = re.search(r"/Sources/([^/]+)/", source)
    return module or (found[1] if found else "")


with tempfile.TemporaryDirectory(prefix="tare-build-") as folder:
    folder = pathlib.Path(folder)
    clone, log = folder / "clone", folder / "log"
    subprocess.run(["git", "clone", "--quiet", str(repository), str(clone)], check=True)
    subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", "--detach",
                    text("git", "-C", str(repository), "rev-parse", arguments.commit)], check=True)
    resolved = repository / "Package.resolved"
    # The same versions as here; what the checked-out manifest does not want of them is dropped.
    if resolved.exists() and not (clone / "Package.resolved").exists():
        shutil.copy(resolved, clone)
    resolve = measured(["swift", "package", "resolve"], cwd=clone)
    tools = folder / "tools"
    tools.mkdir()
    environment = dict(os.environ, SWIFT_EXEC=wrapper(tools, "swiftc", log), CC=wrapper(tools, "clang", log))
    command = ["swift", "build", "-c", "release", "--product", "tare"]
    if arguments.jobs:
        command += ["--jobs", str(arguments.jobs)]
    total = measured(command, cwd=clone, env=environment)
    binary = clone / ".build/release/tare"
    size = binary.stat().st_size
    stripped = folder / "stripped"
    subprocess.run(["strip", "-o", str(stripped), str(binary)], check=True)
    libraries = sorted(line.split()[0] for line in text("ldd", str(binary)).splitlines() if "=>" in line)
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    result = {
        "commit": text("git", "-C", str(clone), "rev-parse", "--short", "HEAD"),
        "date": datetime.date.today().isoformat(),
        "swift": text("swift", "--version").splitlines()[0],
        "machine": platform.machine(),
        "size": size,
        "size_stripped": stripped.stat().st_size,
        "libraries": libraries,
    }

packages, targets, files, kinds = (collections.Counter() for _ in range(4))
for kind, module, source, seconds, _ in calls:
    kinds[kind] += seconds
    if kind == "compile":
        packages[package(source)] += seconds
        files[package(source)] += 1
        targets[package(source), target(source, module)] += seconds
total -= sum(own for *_, own in calls)
linking = kinds["link"] + kinds["wrap"]
result |= {
    "seconds": round(total, 1),
    "own_seconds": round(packages["tare"], 1),
    "link_seconds": round(linking, 1),
    "planning_seconds": round(total - sum(packages.values()) - linking, 1),
    "resolve_seconds": round(resolve, 1),
    "packages": [
        {"package": name, "seconds": round(seconds, 1), "calls": files[name],
         "targets": {place: round(each, 1) for (owner, place), each in targets.most_common() if owner == name}}
        for name, seconds in packages.most_common()],
}
if arguments.output:
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
if arguments.json:
    print(json.dumps(result, indent=1))
else:
    rows = [(each["package"], each["seconds"], each["calls"]) for each in result["packages"]]
    rows += [("linking", result["link_seconds"], ""), ("planning", result["planning_seconds"], ""),
             ("all", result["seconds"], len(calls))]
    print("| package | processor seconds | compilers |\n| --- | ---: | ---: |")
    for name, seconds, count in rows:
        print(f"| {name} | {seconds:.1f} | {count} |")
    print(f"\nresolving took {result['resolve_seconds']} s more; {result['size_stripped']:,} bytes stripped")
