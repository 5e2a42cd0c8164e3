#!/usr/bin/env python3
"""How time and memory grow with the rows: each command that takes tables, at 10 thousand to 10 million rows.

  python3 Benchmarks/growth.py [--tare .build/release/tare] [--rows 10000 100000 1000000 10000000] [--only evaluate ...]
      [--folder FOLDER] [--limit 1800] [--output results/growth]

Tables are made from a seed, four responses a prompt, one of them right: CSV with six numeric columns, and for `pairs`
JSON Lines with short texts. Every command runs as a user would call it, all cores its own choice. Given are processor
seconds (user and system, all threads), wall seconds and the peak of the resident set (wait4), less that of `tare --version`.
`times` is this peak divided by the bytes of the numbers, eight for each cell of the table; `pairs` has its file's bytes there.
`growth` is processor time divided by that at a tenth of the rows: 10 is linear. A command beyond --limit seconds gets null.
Nothing of a table that is there already is made again. Writes README.md and growth.json into --output, and with --only
keeps what is there of the others.
"""
import argparse
import json
import os
import pathlib
import platform
import random
import subprocess
import tempfile
import threading
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
parser.add_argument("--only", nargs="+")
parser.add_argument("--folder", default=str(pathlib.Path(tempfile.gettempdir()) / "tare-growth"))
parser.add_argument("--limit", type=float, default=1800)
parser.add_argument("--output", default="results/growth")
given = parser.parse_args()
folder = pathlib.Path(given.folder)
COLUMNS = "prompt_id,index,score,label,length,words"
WORK = {
    "evaluate": lambda t: ["evaluate", t.csv],
    "calibrate": lambda t: ["calibrate", t.csv, "--output", t.out("calibrated.csv")],
    "calibrate --method lowess": lambda t: ["calibrate", t.csv, "--method", "lowess", "--output", t.out("lowess.csv")],
    "rank": lambda t: ["rank", t.csv, "--output", t.out("ranked.jsonl")],
    "report": lambda t: ["report", t.csv, "--output", t.out("report.html")],
    "runs import": lambda t: ["runs", "import", t.csv, "--store", t.out("store.sqlite"), "--run", "r"],
    "store check": lambda t: ["store", "check", t.store()],
    "evaluate --store": lambda t: ["evaluate", "--store", t.store(), "--run", "r"],
    "pairs": lambda t: ["pairs", t.texts, "--output", t.out("pairs.jsonl")],
}


class Table:
    def __init__(self, rows: int):
        self.rows = rows
        self.csv, self.texts = folder / f"{rows}.csv", folder / f"{rows}.jsonl"
        if not self.csv.exists():
            self.make()
        self.bytes = rows * len(COLUMNS.split(",")) * 8

    def make(self) -> None:
        chance = random.Random(self.rows)
        words = "red blue seven sings slowly the a bird water under stone light".split()
        with open(self.csv, "w") as table, open(self.texts, "w") as lines:
            table.write(COLUMNS + "\n")
            for row in range(self.rows):
                index, label = row % 4, int(row % 4 == (row // 4) % 4)
                length = chance.randint(20, 2000)
                score = chance.gauss(0.8 * label + length / 1500, 1)
                table.write(f"{row // 4},{index},{score:.6f},{label},{length},{length // 5}\n")
                text = " ".join(chance.choices(words, k=8))
                lines.write(json.dumps({"id": row // 4, "prompt": f"question {row // 4}", "response": text, "score": score}))
                lines.write("\n")

    def out(self, name: str) -> pathlib.Path:
        path = folder / f"out-{name}"
        for old in folder.glob(path.name + "*"):
            old.unlink()
        return path

    def store(self) -> pathlib.Path:
        path = folder / f"{self.rows}.sqlite"
        if not path.exists():
            subprocess.run([given.tare, "runs", "import", self.csv, "--store", path, "--run", "r"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return path


def measured(words: list) -> dict | None:
    start = time.monotonic()
    # Into a file: a pipe would be waited for as long as anybody holds it.
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen([given.tare, *map(str, words)], stdout=subprocess.DEVNULL, stderr=errors)
        stop = threading.Timer(given.limit, child.kill)
        stop.start()
        _, status, usage = os.wait4(child.pid, 0)
        errors.seek(0)
        message = errors.read()
    child.returncode = os.waitstatus_to_exitcode(status)
    stop.cancel()
    if child.returncode == -9:
        return None
    if child.returncode:
        raise SystemExit(f"{words}: exit code {child.returncode}: {message.decode()[-400:]}")
    return {"processor": round(usage.ru_utime + usage.ru_stime, 2), "wall": round(time.monotonic() - start, 2),
            "megabytes": round(usage.ru_maxrss / 1024)}


def page(found: dict) -> str:
    lines = ["# How time and memory grow with the rows", "",
             f"`python3 Benchmarks/growth.py`, {found['version']}, {found['machine']}, {found['date']}. Processor seconds of all",
             "threads, wall seconds, peak of memory in MB less the program's own, the peak as multiples of the",
             "numbers (eight bytes a cell; the file for `pairs`), and growth of processor time from a tenth of the",
             "rows (10 is linear). – is not measured, or was stopped.", "",
             "| command | rows | processor | wall | MB | times the numbers | growth |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for name, rows in found["commands"].items():
        for count in sorted(rows, key=int):
            now, before = rows[count], rows.get(str(int(count) // 10))
            if not now:
                lines.append(f"| `{name}` | {int(count):,} | – | – | – | – | – |")
                continue
            growth = f"{now['processor'] / max(before['processor'], 0.01):.1f}" if before else "–"
            lines.append(f"| `{name}` | {int(count):,} | {now['processor']} | {now['wall']} | {now['own']} | {now['times']} | {growth} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    folder.mkdir(parents=True, exist_ok=True)
    output = pathlib.Path(given.output)
    output.mkdir(parents=True, exist_ok=True)
    file = output / "growth.json"
    found = json.loads(file.read_text()) if file.exists() else {"commands": {}}
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if "model name" in l), platform.machine())
    version = subprocess.run([given.tare, "--version"], capture_output=True, text=True).stdout.strip()
    found |= {"machine": f"{model}, {os.cpu_count()} cores", "version": f"tare {version}".replace("tare tare", "tare"),
              "date": time.strftime("%Y-%m-%d")}
    base = measured(["--version"])["megabytes"]
    for rows in sorted(given.rows):
        table = Table(rows)
        for name in given.only or WORK:
            now = measured(WORK[name](table))
            if now:
                own = max(now["megabytes"] - base, 0)
                size = table.texts.stat().st_size if name == "pairs" else table.bytes
                now |= {"own": own, "times": round(own * 2**20 / size, 1)}
            found["commands"].setdefault(name, {})[str(rows)] = now
            print(rows, name, now, flush=True)
            file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
            (output / "README.md").write_text(page(found))


main()
