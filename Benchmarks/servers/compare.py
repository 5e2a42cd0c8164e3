#!/usr/bin/env python3
"""Compares `tare serve` with recorded answers of the servers it replaces, field by field.

  python3 Benchmarks/servers/compare.py --tare .build/release/tare

Prints the differences in groups, the most dangerous first: another number where both answer 200, then what only one of them
refuses, then names and messages. Differences that `accepted.json` lists, each with its reason, are only counted. Exits with 0 if
there are no others and every entry of the list still matches something, else with 1. Needs only Python.
"""
import argparse
import base64
import collections
import fnmatch
import json
import pathlib
import re
import struct
import sys
import tempfile

import models
import wire

KINDS = {
    "number": "another number, both with status 200: the client cannot notice",
    "count": "another number of values or tokens, both with status 200",
    "taken": "accepted by tare, refused by the server",
    "refused": "refused by tare, accepted by the server",
    "status": "another status, neither of them 200",
    "type": "another type",
    "missing": "missing member",
    "value": "another value",
    "extra": "additional member",
    "header": "another header",
    "error": "another error message or member",
}
SCORES = re.compile(r"(^|\.)(probs|score|data|relevance_score|embedding|base64)(\.#)*$")


class Difference:
    def __init__(self, kind, field, row, model, recorded, found):
        self.kind, self.field, self.row, self.model, self.recorded, self.found = kind, field, row, model, recorded, found

    @property
    def group(self):
        """Scores and statuses by route; members by their name wherever they are."""
        route = self.row["path"].split("?")[0] if self.kind in ("number", "count", "taken", "refused", "status") else ""
        return self.kind, route, "names of metrics" if self.field.startswith("metric ") else self.field

    def is_accepted_by(self, entry):
        return (fnmatch.fnmatchcase(self.kind, entry["kind"]) and fnmatch.fnmatchcase(self.field, entry.get("field", "*"))
                and fnmatch.fnmatchcase(self.row["name"], entry.get("request", "*"))
                and fnmatch.fnmatchcase(self.model, entry.get("model", "*")))

    def __str__(self):
        return f"{self.model}, {self.row['name']}: {said(self.recorded)} → {said(self.found)}"


def said(value):
    text = "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 110 else text[:110] + "…"


MISSING = object()


def leaves(value, path=""):
    """Every value that holds no others, by its path; a list's places are numbers."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inside:
        return {path: value}
    found = {}
    for key, each in inside:
        found.update(leaves(each, f"{path}.{key}" if path else str(key)))
    return found


def numbers(coded, row):
    """What a base64 text holds, as the request asks for it."""
    try:
        raw = base64.b64decode(coded, validate=True)
    except ValueError:
        return [coded]
    asked = row.get("body", {})
    order = ">" if asked.get("endianness") == "big" else "<"
    kind = asked.get("embed_dtype", "float32")
    if kind.startswith("fp8"):
        return [eight_bits(byte, *((4, 3, 7) if kind == "fp8_e4m3" else (5, 2, 15))) for byte in raw]
    size, letter = {"float16": (2, "e"), "bfloat16": (2, "H")}.get(kind, (4, "f"))
    if len(raw) % size:
        return [f"{len(raw)} bytes"]
    values = struct.unpack(f"{order}{len(raw) // size}{letter}", raw)
    return [struct.unpack("<f", struct.pack("<I", value << 16))[0] for value in values] if letter == "H" else list(values)


def eight_bits(byte, exponent_bits, mantissa_bits, bias):
    exponent = byte >> mantissa_bits & ((1 << exponent_bits) - 1)
    part = (byte & ((1 << mantissa_bits) - 1)) / (1 << mantissa_bits)
    value = part * 2 ** (1 - bias) if exponent == 0 else (1 + part) * 2 ** (exponent - bias)
    return -value if byte >> 7 else value


def decoded(answer, row):
    """The answer with numbers where it has them coded."""
    asked = row.get("body")
    if not isinstance(asked, dict) or answer["status"] != 200:
        return answer
    body = answer.get("body")
    if isinstance(body, dict) and isinstance(body.get("base64"), str):
        body = {"base64": numbers(body["base64"], row)}
    elif asked.get("encoding_format") == "base64" and isinstance(body, dict) and isinstance(body.get("data"), list):
        body = {**body, "data": [
            {**each, "data": numbers(each["data"], row)} if isinstance(each.get("data"), str) else each for each in body["data"]]}
    return {**answer, "body": body}


def are_near(one, other, row):
    asked = row.get("body")
    kind = asked.get("embed_dtype", "float32") if isinstance(asked, dict) else "float32"
    step = {"float16": 1e-3, "bfloat16": 8e-3, "fp8_e4m3": 0.13, "fp8_e5m2": 0.26}.get(kind, 1e-5)
    return abs(one - other) <= max(step if kind != "float32" else 1e-5, step * abs(one))


def differences(row, model, recorded, found):
    here, there = found["status"], recorded["status"]
    both = here == there == 200
    if here != there:
        kind = "taken" if here < 300 <= there else "refused" if there < 300 <= here else "status"
        note = found.get("body")
        note = note.get("error", note) if isinstance(note, dict) else note
        note = note.get("message", note) if isinstance(note, dict) else note
        yield Difference(kind, f"{there} → {here}", row, model, there, here if kind == "taken" else f"{here}: {note}")
        return
    for name in {**recorded.get("headers", {}), **found.get("headers", {})}:
        values = [each.get("headers", {}).get(name, MISSING) for each in (recorded, found)]
        if name == "metadata":
            values = [leaves(value) if isinstance(value, dict) else value for value in values]
        if values[0] != values[1]:
            yield Difference("header", name, row, model, *values)
    if row.get("keep") == "metrics":
        for line in sorted(set(recorded["body"]) - set(found.get("body", []))):
            yield Difference("missing", f"metric {line}", row, model, line, MISSING)
        return
    bodies = [decoded(each, row).get("body") for each in (recorded, found)]
    if both:
        orders = [order(body) for body in bodies]
        if None not in orders and orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
            yield Difference("number", "order of results", row, model, *orders)
            bodies = [{**body, "results": sorted(body["results"], key=lambda each: each["index"])} for body in bodies]
    if not both and not shares_form(*bodies):
        yield Difference("error", "form of the error", row, model, *bodies)
        return
    known, made = map(leaves, bodies)
    seen = set()
    for path in {**known, **made}:
        one, other = known.get(path, MISSING), made.get(path, MISSING)
        kind = kind_of(path, one, other, both, row)
        field = normal(path)
        if field == "usage.total_tokens" and ("count", "usage.prompt_tokens") in seen:
            continue
        if kind and (kind, field) not in seen:
            seen.add((kind, field))
            yield Difference(kind, field, row, model, one, other)


def shares_form(one, other):
    """Whether two errors have a member in common, of the same type."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one == other
    return any(key in other and type(one[key]) is type(other[key]) for key in one)


def normal(path):
    return re.sub(r"(?<![^.])\d+(?![^.])", "#", path)


def order(body):
    """The indices of results, in their order."""
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list) or not all(isinstance(each, dict) and "index" in each for each in results):
        return None
    return [each["index"] for each in results]


def kind_of(path, one, other, both, row):
    """In what a leaf differs; None where it does not."""
    if one == other and type(one) is type(other):
        return None
    if not both:
        return "error"
    are_numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (one, other))
    is_score = SCORES.search(normal(path))
    if are_numbers and "usage" in path:
        return "count"
    if are_numbers:
        return None if are_near(one, other, row) else "number" if is_score or path.endswith("index") else "value"
    if MISSING in (one, other) and (is_score or path.endswith("#")):
        return "count"
    return "extra" if one is MISSING else "missing" if other is MISSING else "value" if type(one) is type(other) else "type"


def compared(kind, name, place, arguments):
    """All differences of a server's recording on one model, which is made in a folder of `place`."""
    recording = json.loads((wire.HERE / "recordings" / kind / f"{name}.json").read_text())
    table = wire.Table(kind)
    rows = table.on(name)
    missing = [row["name"] for row in rows if row["name"] not in recording["answers"]]
    if missing:
        raise SystemExit(f"{kind}, {name}: not recorded: {', '.join(missing)}; record.py records them")
    folder = pathlib.Path(place) / name
    models.make(name, folder)
    port = wire.free_port()
    command = [arguments.tare, "serve", "--model", folder, "--port", port, "--threads", "1",
               *models.options(name, "tare", folder)]
    with wire.server(command, "/health", port) as url:
        for row in rows:
            if arguments.request and not fnmatch.fnmatchcase(row["name"], arguments.request):
                continue
            found = wire.answer(url, table, row, name)
            if arguments.show:
                print(row["name"], json.dumps(recording["answers"][row["name"]], ensure_ascii=False),
                      json.dumps(found, ensure_ascii=False), sep="\n  ")
            yield from differences(row, name, recording["answers"][row["name"]], found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--server", nargs="+", default=["vllm", "infinity"])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of the models")
    parser.add_argument("--request", metavar="PATTERN", help="the requests whose names fit, with * and ?")
    parser.add_argument("--show", action="store_true", help="both answers to each request")
    parser.add_argument("--examples", type=int, default=4, help="of each group (default: 4); 0 for all")
    arguments = parser.parse_args()
    accepted = json.loads((wire.HERE / "accepted.json").read_text())
    unseen = {(server, index) for server in arguments.server for index in range(len(accepted[server]))}
    groups = {server: collections.defaultdict(list) for server in arguments.server}
    requests = accepted_count = 0
    for server in arguments.server:
        table = wire.Table(server)
        names = [name for name in table.models() if name in (arguments.only or table.models())]
        for name in names:
            requests += len(table.on(name))
            with tempfile.TemporaryDirectory() as place:
                found = list(compared(server, name, place, arguments))
            for difference in found:
                fits = [index for index, entry in enumerate(accepted[server]) if difference.is_accepted_by(entry)]
                unseen -= {(server, index) for index in fits}
                if fits:
                    accepted_count += 1
                else:
                    groups[server][difference.group].append(difference)
    open_count = sum(len(found) for each in groups.values() for found in each.values())
    for server, found in groups.items():
        order = list(KINDS)
        for kind in order:
            of_kind = {group: each for group, each in found.items() if group[0] == kind}
            if not of_kind:
                continue
            print(f"\n== {server}: {KINDS[kind]} ({sum(map(len, of_kind.values()))})")
            for (_, path, field), each in sorted(of_kind.items(), key=lambda entry: -len(entry[1])):
                print(f"{path} {field}: {len(each)}")
                for difference in each[:arguments.examples or None]:
                    print(f"    {difference}")
    print(f"\n{requests} requests, {open_count} open differences, {accepted_count} accepted")
    whole = not (arguments.only or arguments.request)
    for server, index in sorted(unseen) if whole else []:
        print(f"no longer needed in accepted.json: {server}, {json.dumps(accepted[server][index])}")
    sys.exit(1 if open_count or (whole and unseen) else 0)


if __name__ == "__main__":
    main()
