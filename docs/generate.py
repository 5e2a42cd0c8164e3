#!/usr/bin/env python3
"""Writes what of the documentation the program prints itself, and the names of all its JSON members.

  python3 docs/generate.py TARE          writes docs/commands.md, the output in docs/demo.md, and the members
  python3 docs/generate.py TARE --check  writes nothing, and fails where any of them is not what TARE prints

The demo is run on the scores of Tests/tareTests/Fixtures/demo, which SmolLM2-135M-Instruct gave its pairs; so no
model is needed. What scoring itself prints stays as it is in docs/demo.md.
"""
import csv
import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

project = pathlib.Path(__file__).resolve().parent.parent
tare = str(pathlib.Path(sys.argv[1]).resolve())
fixtures = project / "Tests/tareTests/Fixtures/demo"
model = str(project / "Tests/TareScoringTests/Fixtures/rerankers/value_head")
pairs = project / "datasets/balanced-pairs.jsonl"


def run(*arguments, folder=None):
    done = subprocess.run([tare, *map(str, arguments)], capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f"tare {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout, done.stderr


# Commands

def commands():
    """Each command with the names above it, parents before their children."""
    def below(command, names):
        names = [*names, command["commandName"]]
        yield names
        for child in command.get("subcommands", []):
            if child["commandName"] != "help":
                yield from below(child, names)

    return list(below(json.loads(run("--experimental-dump-help")[0])["command"], []))


def reference():
    parts = ["# Commands", "", "What each command's `--help` prints. `make docs` writes this page.", ""]
    names = commands()
    parts += [f"- [{' '.join(name)}](#{'-'.join(name)})" for name in names]
    for name in names:
        parts += ["", f"## {' '.join(name)}", "```", run("help", *name[1:])[0].strip(), "```"]
    return "\n".join(parts) + "\n"


# The demo

def rows_with_scores():
    with open(fixtures / "scores.csv", newline="") as file:
        scores = {row.pop("id"): {name: float(score) for name, score in row.items()}
                  for row in csv.DictReader(file)}
    return [row | scores[row["id"]] for row in map(json.loads, pairs.read_text().splitlines())]


def demo(page, folder):
    """docs/demo.md with the output of every command but the first, which scores."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows_with_scores()]
    (folder / "scored.jsonl").write_text("\n".join(lines) + "\n")
    run("runs", "import", "scored.jsonl", "--store", "demo.sqlite", "--run", "balanced", folder=folder)

    def output(match):
        command = match[1]
        if command.startswith("score "):
            return match[0]
        printed, errors = run(*command.split(), folder=folder)
        if command.startswith("rank "):
            # examples/demo.sh shows the beginning.
            printed = "\n".join(printed.splitlines()[:14])
            printed = f"{errors.strip()}\n\n{printed.strip()}"
        printed = (printed or errors).strip("\n")
        # The day of the calibration is not the demo's.
        date = re.search(r"Calibrated by auto on (\S+),", match[0])
        if date:
            printed = re.sub(r"(Calibrated by auto on )\S+,", rf"\g<1>{date[1]},", printed)
        return f"$ .build/release/tare {command}\n\n{printed}\n{match[2]}"

    return re.sub(
        r"^\$ \.build/release/tare ([^\n]*)\n\n.*?(\n(?:── |Everything ))", output, page,
        flags=re.MULTILINE | re.DOTALL)


# JSON

def paths(value, path=""):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for element in value:
            yield from paths(element, path + "[]")
    else:
        yield path


def members(folder):
    """The members of what each command prints with --json, on the demo's data."""
    of_run = ["--store", "demo.sqlite", "--run", "balanced"]
    invocations = {
        "score": ["score", pairs, "--model", model, "--store", "scored.sqlite", "--run", "a"],
        "calibrate": ["calibrate", *of_run],
        "evaluate": ["evaluate", *of_run],
        "evaluate, several": ["evaluate", "scored.jsonl", "out.jsonl"],
        "rank": ["rank", *of_run],
        "pairs": ["pairs", "scored.jsonl", "-o", "pairs.jsonl"],
        "runs list": ["runs", "list", "--store", "demo.sqlite"],
        "inspect": ["inspect", model],
        "inspect, attention": ["inspect", model, "--attention", pairs],
        "formats": ["formats", "scored.jsonl"],
        "doctor": ["doctor", "scored.jsonl"],
        "smooth": ["smooth", "scored.jsonl", "--x", "score_chosen", "--y", "score_rejected"],
    }
    found = {}
    for name, arguments in invocations.items():
        if name == "evaluate, several":
            run("calibrate", "scored.jsonl", "-o", "out.jsonl", folder=folder)
        printed = run(*arguments, "--json", folder=folder)[0]
        try:
            values = [json.loads(printed)]
        except json.JSONDecodeError:
            values = [json.loads(line) for line in printed.splitlines()]
        found[name] = sorted({path for value in values for path in paths(value)})
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def main():
    changed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made = {project / "docs/commands.md": reference()}
        page = project / "docs/demo.md"
        made[page] = demo(page.read_text(), folder)
        made[fixtures / "json-members.json"] = members(folder)
    for path, text in made.items():
        before = path.read_text() if path.exists() else ""
        if before == text:
            continue
        changed = True
        if "--check" in sys.argv:
            sys.stdout.writelines(difflib.unified_diff(
                before.splitlines(True), text.splitlines(True), str(path.relative_to(project)), "printed"))
        else:
            path.write_text(text)
    if changed and "--check" in sys.argv:
        sys.exit("What is printed is other than what is written: `make docs` writes it again.")


main()
