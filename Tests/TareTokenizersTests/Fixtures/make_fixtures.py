"""Makes vocabulary.json, encodings.json and patterns.json beside this file.

Everything comes from the `tokenizers` library, which is the reference for what the target does. The
vocabulary is trained here, on text written for the purpose, without a pre-tokeniser: its merges
reach across words, so that every difference in how text is cut shows in the ids. Its special cases:
the byte 0x04 has no token, and the token "Ġunreachable" follows from no merges.

    pip install tokenizers==0.23.3
    python make_fixtures.py
"""

import json
import pathlib
import random
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split
from tokenizers.trainers import BpeTrainer

HERE = pathlib.Path(__file__).parent

TEXT = """
A reward model reads a prompt and a response and returns one number. The longer response often gets
the higher number, whether it is better or not, and that is the trouble with it. We don't want to
reward length; we'd rather reward what's right. They're not the same thing, and they've never been.
Take 12 responses of 100 words and 12 of 1000: if the scores rise by 0.25 for each 100 words, then
length explains most of them. I'll say it again: it isn't what it seems. DON'T SHOUT, IT'S RUDE.
In 2024 and 2025 the 1024 pairs of 2024 gave 0.7312 and 0.7321; 731 of 1024, 732 of 1024, 12345678.
camelCase and HTTPServer, camelCaseWords in HTTPServers: "Yes," she said. "It's not us, it's THEM!"
I'LL say IT'S YOU'RE not WE'VE...   and so   on   and on!!! ???   path/to/file.txt, path/to/it.
def score(prompt, response):
    return model.forward(tokens)[-1]  # the last token's value

        if len(words) > 1024: raise ValueError("too long")
Die Länge einer Antwort ist kein Maß für ihre Güte, auch wenn sie größer wirkt. Où est la réponse la
plus utile ? Elle est là, très courte. Длина ответа ничего не говорит о его качестве. Η απάντηση είναι
σύντομη. 回答的长度不代表质量。短い答えでも正しいことがある。답이 길다고 좋은 것은 아니다. طول الإجابة ليس
دليلا على جودتها. उत्तर की लंबाई उसकी गुणवत्ता नहीं बताती।
"""

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_end|>\n"]
USER_DEFINED = ["<think>", "</think>", "<thin", "    "]
UNREACHABLE = "\u0120unreachable"
WITHOUT_TOKEN = "\u0104"  # the byte 0x04 in the byte alphabet

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK3 = [
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
    r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
]


def splits(*patterns):
    steps = [Split(Regex(pattern), "isolated") for pattern in patterns]
    return Sequence(steps + [ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_level():
    return ByteLevel(add_prefix_space=False, use_regex=True)


# The first name of each pre-tokeniser, as its models' tokenizer.json has it.
PRE_TOKENIZERS = {
    "gpt-2": byte_level(),
    "smollm": Sequence([Digits(individual_digits=True), byte_level()]),
    "default": splits(r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"),
    "llama-bpe": splits(LLAMA3),
    "dbrx": splits(LLAMA3),
    "qwen2": splits(LLAMA3.replace("{1,3}", "")),
    "qwen35": splits(QWEN35),
    "tekken": splits(TEKKEN),
    "gpt-4o": splits(GPT4O),
    "deepseek-v3": splits(*DEEPSEEK3),
}
KEEPS_WHOLE_TOKENS = {"llama-bpe", "tekken"}

WORDS = """the of and reward model response unreachable don't I'LL We'Re it's You'D 've HELLO World
naïve Straße café 東京 日本語 привет мир العربية हिन्दी ไทย 한국어 ελληνικά 1234567 ½ ² Ⅷ ٣٤٥ 3.14159
e=mc² https://a.b/c?d=e foo_bar() ==> 🏽‍🦱 👩‍👩‍👧‍👦 🇩🇪🇫🇷 ❤️ ﬁ K 's'S'ſ ǄǅaB ʰ camelCaseWORDs HTTPServer's""".split()
WORDS += ["e\u0301", "\u0301x", "\u200d", "\ufeff", "\U000e0041"]


def random_scalar(choose):
    ends = [0x80, 0x250, 0x3000, 0x10000, 0x20000, 0x2FFFF]
    while True:
        value = choose.randrange(choose.choice(ends))
        if unicodedata.category(chr(value)) not in ("Cn", "Cs"):
            return chr(value)


def random_text(choose):
    added = SPECIAL + USER_DEFINED
    parts = []
    for _ in range(choose.randrange(1, 10)):
        kind = choose.randrange(8)
        if kind <= 2:
            part = " " * choose.randrange(3) + choose.choice(WORDS)
        elif kind == 3 and choose.random() < 0.5:
            start = choose.randrange(len(TEXT))
            part = TEXT[start : start + choose.randrange(40)]
        elif kind == 3:
            part = "".join(choose.choice("aAbB1 'sSé漢") for _ in range(choose.randrange(1, 16)))
        elif kind == 4:
            part = "".join(random_scalar(choose) for _ in range(choose.randrange(1, 4)))
        elif kind == 5:
            part = choose.choice([" ", "\n", "\t", "\r\n", " \n", "\u00a0", "\u3000"])
            part *= choose.randrange(1, 8)
        elif kind == 6:
            token = choose.choice(added)
            part = token if choose.random() < 0.7 else token[: choose.randrange(1, len(token) + 1)]
        else:
            part = "".join(choose.choice("0123456789.,'\"!?()") for _ in range(choose.randrange(1, 8)))
        parts.append(part)
    return "".join(parts)


def train():
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = sorted(set(ByteLevel.alphabet()) - {WITHOUT_TOKEN})
    trainer = BpeTrainer(
        vocab_size=900, initial_alphabet=alphabet, special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(TEXT.splitlines(keepends=True), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    types = [3 if token in SPECIAL else 1 for token in tokens]
    tokens += [UNREACHABLE] + USER_DEFINED
    types += [1] + [4] * len(USER_DEFINED)
    return tokens, types, [" ".join(merge) for merge in model["merges"]]


def reference(tokens, merges, name):
    vocabulary = {token: index for index, token in enumerate(tokens)}
    pairs = [tuple(merge.split(" ")) for merge in merges]
    tokenizer = Tokenizer(BPE(vocabulary, pairs, ignore_merges=name in KEEPS_WHOLE_TOKENS))
    tokenizer.pre_tokenizer = PRE_TOKENIZERS[name]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in USER_DEFINED])
    return tokenizer


# Patterns beside those above, for the parts of the dialect that they do not use.
PATTERNS = [
    r"\p{N}{1,3}+", r"\s+$", r"^a", r"(?i:'s|'T|é|ς|k)", "x*", "a{,2}", "a{2", r"\w+",
    r"[\p{L}&&[^a-z]]+", r"\d+", ".+", r"\p{Letter}+|\p{Nd}", r"\p{^L}+", "a{2}{3}", r"\bab\b",
    r"\B.\B", r"[^\S\n]+", "a*?b", r"\h+", r"\H+", r"[a\]]+", "[]a]+", "[^]a]+", "[-a]+", "[a-]+",
    "a(?#c)b", r"\z|\Z|\A", "(?>a+)b|a", r"\u0041", r"\x{41}|\x42", "(?:a|ab)(?:c|bcd)?(?:d*)",
    "(a|b)*?c|b{2,}?", "a{1,2}?b", "a{2}?", "(?=[A-Z]).{1,3}+", r"(?!a)\w",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "(?i)[a-c]+[^d]|É", "a(?i)b|c", "(?i:a(?-i)b)c?", "(?:(?:a|b)+c)*+d?|.",
    r" ?[^(\s|[.,!?…。，、।۔،])]+", r"[\s\S]{3}", r"[^\p{L}\P{N}x]+", "$", "^", r"(?:^|\s)\S",
    "[a-z&&aeiou&&[^e]]+", r"\p{Lu}(?=\p{Ll})|\p{Lm}|\p{LC}+", "(?:)|a", "a||b",
    r"\t|\f|\v|\a|\e|\r|\n", r"[\t\f\v\a\e\x{1F600}-\x{1F64F}\u00e9]+", r"\p{uppercase letter}+",
    "[[a-c][x-z]]+", "[^[a-c][x-z]]+", "a++a|b", "(?=(?:a|b)c).", r"\P{L}+?\p{L}", r"[\d\-x]+",
    "[+--]+", r"\-\/\@+", r"(?i)\p{Lu}+", r"(?i)[\p{Lu}x]+", r"(?i)[^\p{Lu}]+", r"(?i)\P{Lu}+",
    "(?i)[^a-c]+", "(?i)[^ς]+",
]  # fmt: skip
PATTERN_TEXTS = [
    "aab abc abcd ab cab aaaaaaa bbbb acbd 12345678 ABCdefGHI x]a-]", "", "a", "\n", "a\n\nb \n",
    "ſK\u212aÉéςσΣ aBc abC ABc", "xyz-- ++,--@/", "É\x07\x1b\x0b\x0c\t😀Ⓐ²1٣_\u2028\x85\r\n",
]  # fmt: skip


def pieces(pattern, text):
    return [piece for piece, _ in Split(Regex(pattern), "isolated").pre_tokenize_str(text)]


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (HERE / name).write_text(text + "\n")


def main():
    tokens, types, merges = train()
    write("vocabulary.json", {"tokens": tokens, "types": types, "merges": merges})
    choose = random.Random(20)
    texts = ["", " ", "\x04", "th\x04e re\x04ward", "an unreachable goal", "\u0301e\u0301\u0301 1\u0301"]
    texts += TEXT.splitlines() + [random_text(choose) for _ in range(80)]
    texts += [word for word in WORDS if not word.isascii()]
    ids = {}
    for name in PRE_TOKENIZERS:
        tokenizer = reference(tokens, merges, name)
        ids[name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    write("encodings.json", {"texts": texts, "ids": ids})
    write("patterns.json", [
        {"pattern": pattern, "text": text, "pieces": pieces(pattern, text)}
        for pattern in PATTERNS for text in PATTERN_TEXTS
    ])  # fmt: skip


if __name__ == "__main__":
    main()
