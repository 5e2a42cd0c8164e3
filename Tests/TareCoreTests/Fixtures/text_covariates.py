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

PHRASES = {
    "hedges": (
        "might|may|could|perhaps|possibly|probably|likely|maybe|seems|seem|appears|appear|suggests|generally|typically|usually|often|sometimes|somewhat|roughly|approximately|unclear|uncertain|i think|i believe|i'm not sure|i am not sure|it depends|in my opinion"
    ),
    "certainty": (
        "certainly|definitely|clearly|obviously|undoubtedly|absolutely|surely|always|never|guaranteed|proven|exactly|completely|totally|must|of course|in fact|no doubt|without a doubt|i'm certain|i am certain|i'm confident|i am confident"
    ),
    "agreement": (
        "you're right|you are right|you're absolutely right|you are absolutely right|you're correct|you are correct|great question|good question|excellent question|great point|good point|excellent point|great idea|good idea|i agree|i completely agree|i totally agree|as you said|as you mentioned|as you noted|glad you asked|happy to help"
    ),
    "apologies": (
        "sorry|apologize|apologise|apologizing|apologising|apologies|apology|regret|my mistake|my bad|forgive me|pardon me"
    ),
    "refusals": (
        "i can't|i cannot|i can not|i'm unable|i am unable|i won't|i will not|i'm not able|i am not able|i refuse|i must decline|i have to decline|as an ai|i'm not comfortable|i am not comfortable|unable to assist|can't assist|cannot assist|can't help with|cannot help with"
    ),
    "first_person": (
        "i|i'm|i've|i'd|i'll|me|my|mine|myself"
    ),
}
WORD = re.compile(rb"[A-Za-z]+(?:(?:'|\xe2\x80\x99)[A-Za-z]+)*")
QUESTION = re.compile(rb"\?[?!]*(?=[ \t\r\n\"')\]*_]|\Z)")
SENTENCE = re.compile(rb"[.!?](?=[ \t\r\n]|\Z)")
EMOJI = re.compile("[\u2600-\u27bf\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]")


def english_words(text):
    words = WORD.findall(text.encode())
    return [word.replace(b"\xe2\x80\x99", b"'").lower().decode() for word in words]


def matches(words, phrases):
    lists = sorted((phrase.split() for phrase in phrases.split("|")), key=len, reverse=True)
    count, place = 0, 0
    while place < len(words):
        match = next((p for p in lists if words[place : place + len(p)] == p), None)
        count += match is not None
        place += len(match) if match else 1
    return count


def syllables(word):
    groups = len(re.findall("[aeiouy]+", word))
    if word.endswith("e") and groups > 1 and word[-2:-1] != "l":
        groups -= 1
    return max(1, groups)


def readability(text, words):
    if not words:
        return 0.0
    sentences = max(1, len(SENTENCE.findall(text.encode())))
    return 206.835 - 1.015 * (len(words) / sentences) - 84.6 * (sum(map(syllables, words)) / len(words))


def type_token_ratio(text):
    words = [word.encode().lower() for word in text.split()]
    return len(set(words)) / len(words) if words else 0.0


def markers(text):
    words = english_words(text)
    return {
        **{key: matches(words, phrases) for key, phrases in PHRASES.items()},
        "questions": len(QUESTION.findall(text.encode())),
        "emoji": len(EMOJI.findall(text)),
        "type_token_ratio": type_token_ratio(text),
        "readability": readability(text, words),
    }


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
        **markers(text),
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
    "You're right! You\u2019re absolutely right. GREAT question?! I agree, I completely agree; it depends (maybe).",
    "I'm sorry, but I can't help with that. As an AI, I cannot assist. My mistake: I apologise, I apologize.",
    "What? Why?? \"How?\" https://a.b/c?d=e (when?) [who?] **where?** _which?_ no?x ?! !? a?",
    "\u2600\ufe0f \u27bf \u2580 \u25ff \u27c0 \U0001f1e5\U0001f1e6\U0001f1ff \U0001f2ff\U0001f300 \U0001faff\U0001fb00 \U0001f468\u200d\U0001f469",
    "The Little people make simple tables. Be free! We see the whole idea? Cafe na\u00efve \u00c9t\u00e9 rhythm e le de Y.",
    "a A a\u00c9 a\u00e9 A\u00c9 i I'm i\u2019d 'tis dogs' don't-you o'clock' ''s i i'' I I've me mine myself in fact of course without a doubt",
    "without a without a doubt i am i am certain I think, I believe. likely. Unlikely may\nbe may",
]

PIECES = (
    ["\n"] * 4 + [" "] * 3
    + ["a", "b1", "é", "7", "\u0665", ".", ". ", "1. ", "- ", "* ", "+ ", "*", "**", "_", "__", "#", "# ", "##", "```", "~~~"]
    + ["may ", "I ", "agree ", "sorry", "?", "!", "'", "\u2019", "'m ", "you ", "are ", "right", "great ", "question", "e", "le ", "\u2705", "\U0001f44d"]
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
        print(json.dumps([{"text": text, **counts(text)} for text in CHOSEN + list(made(300))], indent=0))
