"""What Python counts in tricky texts and in real ones, for the text covariates.

    python3 text_covariates.py > text_covariates.json
    python3 text_covariates.py preferences/dev.jsonl > text_covariates_dev.json

Python 3.11 or later, no packages. The patterns of headers, bold and markdown are those of the published code of
"Post-hoc Reward Calibration" (ICLR 2025), the others those of the definitions in Sources/TareCore/TextCovariates.
Of a file of preference pairs it prints the sum of every count over all prompts and responses, and a weighted one (by the
text's place, from 1), which differs where two texts change places.
"""

import json
import random
import re
import sys

HEADER = re.compile(r"^\s{0,3}#{1,6}\s+", re.MULTILINE)
PUBLISHED_LIST = re.compile(r"^\s*[-+*] |\d+\.\s", re.MULTILINE)
LIST = re.compile(r"^\s*(?:[-+*] |\d+\.\s)", re.MULTILINE)
BOLD = re.compile(r"\*\*(.*?)\*\*|__(.*?)__")
LINK = re.compile(r"\[[^\[\]\n]*\]\([^()\n]*\)|https?://[^\s()<>\[\]]+")
OPENING = re.compile(r"[ \t]*(?:(`{3,})[^`]*|(~{3,}).*)")
CLOSING = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t\r]*")


def code_blocks(text):
    blocks, fence = 0, None
    for line in text.split("\n"):
        if fence is None:
            match = re.fullmatch(OPENING, line)
            if match:
                fence, blocks = match[1] or match[2], blocks + 1
        else:
            match = re.fullmatch(CLOSING, line)
            if match and match[1].startswith(fence):
                fence = None
    return blocks


def counts(text):
    headers = len(HEADER.findall(text))
    bold = len(BOLD.findall(text))
    return {
        "length": len(text),
        "characters": len(text),
        "words": len(text.split()),
        "lines": text.count("\n") + (text != "" and not text.endswith("\n")),
        "headers": headers,
        "list_items": len(LIST.findall(text)),
        "bold": bold,
        "code_blocks": code_blocks(text),
        "links": len(LINK.findall(text)),
        "digits": len(re.findall("[0-9]", text)),
        "markdown": headers + len(PUBLISHED_LIST.findall(text)) + bold,
    }


CHOSEN = [
    "",
    "\n",
    "one",
    "a\r\nb\r\n",
    "a\rb\x0bc\x0cd\x1ce\x1ff\x85g\xa0h\u2003i\u2028j\u3000k\u200bl\u1680m\u205fn\ufeffo\u202fp",
    "# a\n## b\n####### c\n#d\n    # e\n   # f\n\t# g\n\xa0# h",
    "#\n  # swallowed\n# \n\n# b\n#",
    "\n\n\n# after empty lines\n\n\n\n    # code",
    "```python\n# a comment\nx = 1. \n```\n# header",
    "- a\n* b\n+ c\n-d\n-\te\n  - f\n\n\n - g\n- - h\n1. i\n12.\tj\n3.k\n4)\nIn 2020. In 2021. x1. \u0664. y",
    "1.\n2.\n- a\n1.\n- b\n\u0663\u0664. arabic\n\u00b2. no\n\u2460. no\n\U0001d7d9. bold one",
    "3. **a** and **b\nc** __d__ ****e** ***f*** __ ** __ ** _x_ *y* __init__ **",
    "**__a**__ ____ ******** *****",
    "```\na\n```\n````md\n```\nb\n```\n````\n~~~\nc\n```\n~~~\n   ```js\nd\n      ```\n``` a ` b\n```c",
    "~~~ a ` b\n~~~\n```\r\nx\r\n```\r\ny ``` z\n``\n```x",
    "[a](b) ![c](d e) [e](http://x.y/z) [f](g(h)) [i [j](k)] [l]\n(m) [](n) [o]() [p](q\nr)",
    "http://a https://b.c/d?e=f http:// https://\nhttp://( shttps://g <http://h> https://i[j](k) hthttp://l",
    "https://en.wikipedia.org/wiki/A_(b) and [A](https://en.wikipedia.org/wiki/A_(b))",
    "e\u0301 \U0001f468\u200d\U0001f469 \u4f60\u597d\u3002\u4e16\u754c 12\u0663",
    "a\x00b\x00 c",
]

PIECES = (
    ["\n"] * 4 + [" "] * 3
    + ["a", "b1", "é", "7", "\u0665", ".", ". ", "1. ", "- ", "* ", "+ ", "*", "**", "_", "__", "#", "# ", "##", "```", "~~~"]
    + ["`", "[", "]", "(", ")", "](", "[x](y)", "http://", "https://z", "\t", "\r", "\x1d", "\x85", "\u2029", "\u3000", "\U0001f600"]
)


def made(count):
    generator = random.Random(4)
    for _ in range(count):
        yield "".join(generator.choices(PIECES, k=generator.randint(1, 24)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sums, place = {}, 0
        for line in open(sys.argv[1], encoding="utf-8"):
            row = json.loads(line)
            for column in ["prompt", "chosen", "rejected"]:
                place += 1
                for key, count in counts(row[column]).items():
                    total, weighted = sums.get(key, (0, 0))
                    sums[key] = (total + count, weighted + place * count)
        print(json.dumps(sums, indent=0))
    else:
        print(json.dumps([{"text": text, **counts(text)} for text in CHOSEN + list(made(200))], indent=0))
