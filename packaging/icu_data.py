"""Makes a C target with the part of ICU's data that the program can need.

    python3 packaging/icu_data.py FOLDER

Foundation's static library brings 34 MB of data for all languages and for the character sets of
mainframes. What is kept: Unicode's own data, the root locale and English; the other languages' names
of months, currencies and time zones are left out, and so are character sets that Foundation does not
convert by itself, transliteration, and order by language, which the program does not ask for. The target
defines the same symbol as the library's member, and the linker, which meets it first, leaves that member
out. Package.swift takes the target where TARE_ICU names its folder. The format is ICU's "common data": a
header, and a table of contents with the offsets of names and items, sorted by name.
"""

import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

MEMBER = "icu_packaged_data.cpp.o"
LANGUAGES = {"root", "en", "en_001", "en_US", "en_US_POSIX"}
# Transliteration, the names of characters, order by language, breaks of lines, names in other programs' protocols.
UNUSED = re.compile(r"translit/|unames\.icu|coll/|brkitr/line|confusables\.cfu|cnvalias\.icu|.*\.spp$")


def library():
    """The static library of the Swift that builds the program."""
    info = json.loads(subprocess.check_output(["swift", "-print-target-info"]))
    return pathlib.Path(info["paths"]["runtimeResourcePath"]).parent / "swift_static/linux/lib_FoundationICU.a"


def is_kept(name):
    """Whether the program keeps an item; names look like icudt76l/curr/de.res."""
    path, kind = name.split("/", 1)[1].rsplit(".", 1)
    if kind in ("cnv", "dict") or UNUSED.match(name.split("/", 1)[1]):
        return False
    if kind != "res":
        return True
    locale = path.rsplit("/", 1)[-1]
    # All that is named as a locale is one: letters of a language, then of a script or a region.
    is_locale = locale == "root" or re.fullmatch(r"[a-z]{2,3}(_[A-Za-z0-9]+)*", locale)
    return not is_locale or locale in LANGUAGES | {"res_index"}


def filtered(data):
    """The package of the items that are kept."""
    header = struct.unpack_from("<H", data, 0)[0]
    count = struct.unpack_from("<I", data, header)[0]
    entries = [struct.unpack_from("<II", data, header + 4 + 8 * index) for index in range(count)]
    ends = [start for _, start in entries[1:]] + [len(data) - header]
    names, items = [], []
    for (name, start), end in zip(entries, ends):
        text = data[header + name : data.index(b"\0", header + name)].decode()
        if is_kept(text):
            names.append(text.encode() + b"\0")
            items.append(data[header + start : header + end])
    place = 4 + 8 * len(names)
    name_places = []
    for name in names:
        name_places.append(place)
        place += len(name)
    padding = -place % 16
    place += padding
    item_places = []
    for item in items:
        item_places.append(place)
        place += len(item)
    table = b"".join(struct.pack("<II", *pair) for pair in zip(name_places, item_places))
    package = struct.pack("<I", len(names)) + table + b"".join(names) + bytes(padding) + b"".join(items)
    return data[:header] + package, count, len(names)


def main(target):
    archive = library()
    target = pathlib.Path(target).resolve()
    with tempfile.TemporaryDirectory() as folder:
        member, raw = pathlib.Path(folder, MEMBER), pathlib.Path(folder, "all.dat")
        member.write_bytes(subprocess.check_output(["ar", "p", archive, MEMBER]))
        subprocess.check_call(["objcopy", "-O", "binary", "--only-section=.rodata", member, raw])
        symbols = subprocess.check_output(["nm", "--defined-only", "--format=posix", member], text=True)
        (symbol,) = [line.split()[0] for line in symbols.splitlines()]
        data = raw.read_bytes()
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD":
        sys.exit(f"{archive}({MEMBER}): expected ICU's common data, found something else")
    small, before, after = filtered(data)
    (target / "include").mkdir(parents=True, exist_ok=True)
    (target / "icu.dat").write_bytes(small)
    (target / "include/icu_data.h").write_text(f"extern const char {symbol}[];\n")
    (target / "data.S").write_text(
        f'.section .rodata\n.globl {symbol}\n.type {symbol}, @object\n.balign 16\n{symbol}:\n'
        f'.incbin "{target / "icu.dat"}"\n.size {symbol}, .-{symbol}\n'
        '.section .note.GNU-stack,"",@progbits\n'
    )
    print(f"ICU's data: {after} of {before} items, {len(small):,} of {len(data):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
