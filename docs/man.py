#!/usr/bin/env python3
"""Writes the manual pages: tare.1, and a page for each command, made of what the program says of itself.

  python3 docs/man.py TARE FOLDER

The pages are man(7), for groff's and mandoc's man alike; `make man` writes them into .build/man/man1.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap


def escaped(text):
    """Text as roff takes it: no letter is a macro, an escape or a typographic mark."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha")
    text = text.replace("~", "\\(ti").replace("'", "\\(aq").replace('"', "\\(dq")
    text = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def paragraphs(text):
    """Running text as paragraphs; lines that are set in are examples, and keep their breaks."""
    lines, literal = [], False
    for line in text.strip("\n").split("\n"):
        is_example = line.startswith("  ") or (literal and not line.strip())
        if is_example and not literal:
            lines += [".PP", ".EX"]
        elif literal and not is_example:
            lines += [".EE"] + ([".PP"] if line.strip() else [])
        elif not line.strip() and lines and lines[-1] != ".PP":
            lines.append(".PP")
        literal = is_example
        if literal:
            lines.append(escaped(line))
        elif line.strip():
            lines += [escaped(part) for part in sentences(line.strip())]
    if literal:
        lines.append(".EE")
    while lines and lines[-1] == ".PP":
        lines.pop()
    # A paragraph that a macro begins anyway is no paragraph.
    return [line for place, line in enumerate(lines)
            if not (line == ".PP" and (place == 0 or lines[place - 1] == ".PP"))]


def sentences(text):
    """A sentence begins a line, as roff wants it, and no line is long."""
    parts = re.split(r"(?<=[a-z0-9)\"'`][.!?])\s+(?=[A-Z])", text.strip())
    return [line for part in parts
            for line in textwrap.wrap(part, 72, break_long_words=False, break_on_hyphens=False)]


def name(argument):
    dash = "--" if argument["kind"].startswith("long") and argument["kind"] != "longWithSingleDash" else "-"
    return f"\\fB{escaped(dash + argument['name'])}\\fR"


def value(argument):
    return f"\\fI{escaped(argument['valueName'])}\\fR"


def synopsis(command):
    parts = [f"\\fB{escaped(part)}\\fR" for part in names(command)]
    shown = [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]
    for argument in shown:
        if argument["kind"] == "positional":
            text = value(argument) + (" ..." if argument["isRepeating"] else "")
        elif argument["preferredName"]["name"] in ("help", "version"):
            continue
        elif argument["isOptional"]:
            continue
        else:
            text = name(argument["preferredName"]) + " " + value(argument)
        parts.append(f"[{text}]" if argument["isOptional"] else text)
    if any(argument["kind"] != "positional" and argument["isOptional"] for argument in shown):
        parts.append("[\\fIoptions\\fR]")
    if command.get("subcommands"):
        parts.append("\\fIcommand\\fR")
    return " ".join(parts)


def options(command):
    lines = []
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        if argument["kind"] == "positional":
            head = value(argument)
        else:
            head = ", ".join(map(name, argument["names"]))
            if argument["kind"] == "option":
                head += " " + value(argument)
        text = argument.get("abstract", "")
        if argument.get("discussion"):
            text += "\n\n" + argument["discussion"]
        if argument.get("defaultValue") and "default:" not in text:
            text = f"{text} (default: {argument['defaultValue']})".strip()
        lines += [".TP", head]
        for number, part in enumerate(filter(None, map(str.strip, text.split("\n\n")))):
            lines += ([".IP"] if number else []) + [escaped(line) for line in sentences(part)]
    return lines


def names(command):
    return [*command.get("superCommands", []), command["commandName"]]


EXIT = [("0", "Success."), ("2", "A condition of tare evaluate \\-\\-fail\\-if holds."),
        ("64", "Usage error."), ("65", "Invalid input."),
        ("69", "A server or hub cannot be reached."),
        ("70", "Internal error, or the disk is full."), ("130", "Interrupted; the same command resumes.")]


def page(command, version, date, children):
    title = "-".join(names(command))
    lines = [
        f'.TH {escaped(title.upper())} 1 "{date}" "tare {version}" "Tare"', ".SH NAME",
        f"{escaped(title)} \\- {escaped(command['abstract'].rstrip('.'))}", ".SH SYNOPSIS",
        synopsis(command),
    ]
    lines += [".SH DESCRIPTION"]
    lines += paragraphs(command.get("discussion") or command["abstract"])
    if options(command):
        lines += [".SH OPTIONS"] + options(command)
    if children:
        lines += [".SH COMMANDS"]
        for child in children:
            lines += [".TP", f"\\fB{escaped('-'.join(names(child)))}\\fR(1)", escaped(child["abstract"])]
    lines += [".SH EXIT STATUS"]
    for code, words in EXIT:
        lines += [".TP", f"\\fB{code}\\fR", words]
    if len(names(command)) == 1:
        lines += [".SH FILES", ".TP", "\\fItare.toml\\fR", "Settings of the working directory.", ".TP",
                  "\\fI$XDG_CONFIG_HOME/tare/tare.toml\\fR",
                  "Settings of the user; see \\fBtare\\-config\\fR(1)."]
    others = ["tare"] if len(names(command)) > 1 else []
    others += ["-".join(names(child)) for child in children]
    if others:
        lines += [".SH SEE ALSO", ",\n".join(f"\\fB{escaped(other)}\\fR(1)" for other in sorted(others))]
    return "\n".join(lines) + "\n"


def main():
    tare, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)

    def run(*arguments):
        return subprocess.run([tare, *arguments], capture_output=True, text=True, check=True).stdout

    version = run("--version").strip()
    # SOURCE_DATE_EPOCH makes the pages reproducible.
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    day = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch else datetime.datetime.now()
    date = day.date().isoformat()

    def below(command):
        children = [child for child in command.get("subcommands", [])
                    if child["commandName"] != "help" and child.get("shouldDisplay", True)]
        path = folder / ("-".join(names(command)) + ".1")
        path.write_text(page(command, version, date, children))
        for child in children:
            below(child)

    below(json.loads(run("--experimental-dump-help"))["command"])


main()
