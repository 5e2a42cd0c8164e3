"""Prints the tables of Sources/TareTokenizers/Patterns/ScriptRanges.swift and PreTokenizers/ScriptRuns.swift.

Both come from asking the `tokenizers` library about every scalar: the scripts of `\\p{…}` in its regular
expressions, and those of its pre-tokeniser `UnicodeScripts`, whose table is older.

    pip install tokenizers==0.23.3
    python make_script_tables.py ranges|runs
"""

import sys
import textwrap

from tokenizers import Regex
from tokenizers.pre_tokenizers import Split, UnicodeScripts

SCALARS = [chr(value) for value in range(0x110000) if not 0xD800 <= value < 0xE000]
NAMES = """Han Hiragana Katakana Hangul Latin Greek Cyrillic Arabic Hebrew Thai Devanagari Bengali Tamil Telugu Common
Inherited Armenian Georgian Ethiopic Khmer Lao Myanmar Tibetan Mongolian Sinhala Gujarati Gurmukhi Kannada Malayalam
Oriya Bopomofo""".split()


def span(first, last):
    return f"{first:X}" if first == last else f"{first:X}-{last:X}"


def show(words):
    print(textwrap.fill(" ".join(words), 96, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False))


def ranges():
    text = "".join(SCALARS)
    for name in NAMES:
        found = []
        for piece, _ in Split(Regex(rf"\p{{{name}}}+"), "removed", invert=True).pre_tokenize_str(text):
            for value in map(ord, piece):
                if found and found[-1][1] == value - 1:
                    found[-1][1] = value
                else:
                    found.append([value, value])
        show([f"{name}:"] + [span(*ends) for ends in found])


def runs():
    scripts = UnicodeScripts()
    count = lambda text: len(scripts.pre_tokenize_str(text))
    examples = ["一"]  # one scalar of each script; Han is 0
    found = []
    for scalar in SCALARS:
        # A scalar of no script, and the space, which belongs to all, make no piece.
        if count(scalar) == 0 or scalar == "\u30fc":
            continue
        value = ord(scalar)
        if found and found[-1][1] == value - 1 and count(examples[found[-1][2]] + scalar) == 1:
            found[-1][1] = value
            continue
        number = next((index for index, example in enumerate(examples) if count(example + scalar) == 1), len(examples))
        if number == len(examples):
            examples.append(scalar)
        found.append([value, value, number])
    show([f"{span(first, last)}:{number}" for first, last, number in found])


if __name__ == "__main__":
    {"ranges": ranges, "runs": runs}[sys.argv[1]]()
