#!/usr/bin/env python3
"""Kills `tare` with -9 at random moments, fills its disk, and checks that nothing is lost, doubled or changed.

  python3 Benchmarks/soak.py --model MODEL [--head HEAD] [--kills 50] [--tare .build/release/tare]

Every kill hits `score` (alone, or two and four processes on one run), `calibrate` or `runs import` on one store. After each,
`tare store check` must find no damage; at the end the run is completed, and its exported bytes must be those of a run that
nobody disturbed. Then a store on a disk of 300 kB is scored into until the disk is full, given room, and completed; this
part needs the right to mount a tmpfs, and is left out with a line where there is none. Exits with 1 if anything is wrong.
"""
import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head")
parser.add_argument("--kills", type=int, default=50)
parser.add_argument("--pairs", type=int, default=400)
parser.add_argument("--seed", type=int, default=1)
given = parser.parse_args()
chance = random.Random(given.seed)
failures: list[str] = []


def run(*words: object, ok: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([given.tare, *map(str, words)], capture_output=True, text=True)
    if done.returncode not in ok:
        failures.append(f"{' '.join(map(str, words[:3]))}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done


def write_inputs(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    words = "red blue seven sings slowly the a bird water under stone".split()
    text = lambda: " ".join(chance.choices(words, k=chance.randint(1, 40)))
    pairs, scores = folder / "pairs.jsonl", folder / "scores.csv"
    with pairs.open("w") as lines:
        for number in range(given.pairs):
            row = {"id": f"p{number}", "prompt": text(), "chosen": text(), "rejected": text() + " no"}
            lines.write(json.dumps(row) + "\n")
    with scores.open("w") as lines:
        lines.write("prompt_id,score,label,length\n")
        for number in range(20_000):
            lines.write(f"q{number // 2},{chance.gauss(0, 1)},{1 - number % 2},{chance.randint(5, 900)}\n")
    return pairs, scores


def scoring(pairs: pathlib.Path, store: pathlib.Path) -> list[str]:
    head = ["--head", given.head] if given.head else []
    return ["score", str(pairs), "--model", given.model, *head, "--date", "2026-11-30", "--threads", "1",
            "--store", str(store), "--run", "r"]


def exported(store: pathlib.Path) -> str:
    return run("runs", "export", "r", "-", "--store", store).stdout


def check(store: pathlib.Path, after: str) -> None:
    done = run("store", "check", store, "--json", ok=(0, 65))
    report = json.loads(done.stdout)
    damage = [f["place"] + ": " + f["what"] for f in report.get("findings", []) if f["severity"] == "damage"]
    if done.returncode or damage:
        failures.append(f"damage after {after}: {damage or report}")


def killed(words: list[list[str]], most: float) -> int:
    """Starts processes and kills them after a random time; how many of them still ran."""
    children = [
        subprocess.Popen([given.tare, *one], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for one in words]
    time.sleep(chance.uniform(0, most))
    hit = 0
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            hit += 1
        elif child.returncode not in (0, 64):
            failures.append(f"{words[0][0]}: exit code {child.returncode} without a kill")
        child.wait()
    return hit


def kills(folder: pathlib.Path, pairs: pathlib.Path, scores: pathlib.Path) -> None:
    alone, store = folder / "alone.sqlite", folder / "killed.sqlite"
    start = time.monotonic()
    run(*scoring(pairs, alone))
    whole = time.monotonic() - start
    expected, done = exported(alone), {"score": 0, "calibrate": 0, "import": 0}
    while sum(done.values()) < given.kills:
        kind = chance.choice(["score", "score", "score", "calibrate", "import"])
        if kind == "score":
            hit = killed([scoring(pairs, store)] * chance.choice([1, 1, 2, 4]), whole)
        elif kind == "import":
            name = f"i{sum(done.values())}"
            hit = killed([["runs", "import", str(scores), "--store", str(store), "--run", name]], 0.6)
        else:
            run(*scoring(pairs, folder / "calibrated.sqlite"))
            hit = killed([["calibrate", "--store", str(folder / "calibrated.sqlite"), "--run", "r"]], 0.5)
            check(folder / "calibrated.sqlite", "calibrate")
        done[kind] += hit
        if store.exists():
            check(store, kind)
            # A run that is complete begins anew, so that there is something to kill.
            listed = run("runs", "list", "--store", store, "--json", ok=(0, 65))
            runs = json.loads(listed.stdout) if listed.returncode == 0 else []
            if any(r["name"] == "r" and r["status"] == "finished" for r in runs):
                if exported(store) != expected:
                    failures.append("a run that was killed and resumed has other bytes")
                run("runs", "delete", "r", "--store", store)
    run(*scoring(pairs, store))
    if exported(store) != expected:
        failures.append("the run that was killed and resumed has other bytes")
    check(store, "all kills")
    print(f"killed: {', '.join(f'{kind} {count}' for kind, count in done.items())}")


def full_disk(folder: pathlib.Path, pairs: pathlib.Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        return print("full disk: left out, as no tmpfs can be mounted")
    try:
        store = disk / "s.sqlite"
        done = run(*scoring(pairs, store), ok=(70,))
        if "the disk is full" not in done.stderr:
            failures.append(f"a full disk is called {done.stderr.strip()[-200:]}")
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        run(*scoring(pairs, store))
        check(store, "a full disk")
        if exported(store) != exported(folder / "alone.sqlite"):
            failures.append("a run that was resumed after a full disk has other bytes")
        print("full disk: resumed to the same bytes")
    finally:
        subprocess.run(["umount", "-l", str(disk)])


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    pairs, scores = write_inputs(folder)
    kills(folder, pairs, scores)
    full_disk(folder, pairs)
for failure in failures:
    print(f"FAILED: {failure}", file=sys.stderr)
print("nothing was lost, doubled or changed" if not failures else f"{len(failures)} failures")
sys.exit(1 if failures else 0)
