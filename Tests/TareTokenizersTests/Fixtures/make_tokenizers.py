"""Makes parts.json and tokenizers.json beside this file.

Everything comes from the `tokenizers` library, which is the reference. parts.json has what each
normaliser, pre-tokeniser and decoder makes of texts; tokenizers.json has small whole tokenizers,
trained here on the text of make_fixtures.py, and the ids of random texts. The library breaks ties in
training by chance, so that a new run makes other vocabularies; run make_folders.py after it. The
charsmap is that of a SentencePiece model trained here with the rules below.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python make_tokenizers.py
"""

import contextlib
import io
import json
import pathlib
import random
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from make_fixtures import TEXT, WORDS, random_scalar

HERE = pathlib.Path(__file__).parent
SPECIAL = ["<unk>", "<s>", "</s>", "[CLS]", "[SEP]"]
MORE_WORDS = """ＦＵＬＬ ｶﾀｶﾅ ㎏ … ™ ▁ ▁▁ a▁b ½ ① ñ İstanbul ΣΊΣΥΦΟΣ straße ẞ Å が ｶﾞ 각 한국어 안녕 你好。世界 Yes林檎 りんご
カタカナー कि नमस्ते ﷺ ſt ǆ #$%&* a_b x^2 `q` ~ <s> </s> <sep> New YORK [MASK] mask""".split()
MORE_WORDS += ["a\u0308\u0323", "\u1100\u1161\u11a8", "\x00", "\x01", "\x07", "\x7f", "\x9f", "\ufffd", "\u00ad", "\u200b"]
MORE_WORDS += ["\u2028", "\u0085", "\u3000", "\ue000", "\U0001fae0", "\u0301", " \u0301", "\r\n", "\x0b", "\x1c"]


def random_text(choose):
    parts = []
    for _ in range(choose.randrange(1, 9)):
        kind = choose.randrange(8)
        if kind <= 3:
            part = " " * choose.randrange(3) + choose.choice(WORDS + MORE_WORDS)
        elif kind == 4:
            start = choose.randrange(len(TEXT))
            part = TEXT[start : start + choose.randrange(30)]
        elif kind == 5:
            part = "".join(random_scalar(choose) for _ in range(choose.randrange(1, 3)))
        elif kind == 6:
            part = choose.choice([" ", "\n", "\t", " \n", "\u00a0"]) * choose.randrange(1, 5)
        else:
            broken = bytes(choose.randrange(256) for _ in range(choose.randrange(1, 5)))
            part = broken.decode("utf-8", "replace")
        parts.append(part)
    return "".join(parts)


def sentencepiece_model(kind, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.split("\n")), model_writer=model, model_type=kind,
        minloglevel=2, hard_vocab_limit=False, num_threads=1, **options,
    )  # fmt: skip
    return model.getvalue()


# What SentencePiece's own rules do to some characters; all of them would be 300 kB of fixture.
RULES = {
    "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u00ad": "", "\u200b": " ", "\x01": "", "\x07": "", "\x7f": "", "\ufeff": "",
    "A": "a", "ﬁ": "fi", "①": "1", "½": "1⁄2", "²": "2", "…": "...", "™": "TM", "Ｆ": "F", "Ｕ": "U", "Ｌ": "L", "ｶ": "カ", "ｶﾞ": "ガ", "ﾀ": "タ",
    "ﾅ": "ナ", "㎏": "kg", "e\u0301": "é", "a\u0308\u0323": "ạ̈", "a\u0308": "ä", "\u0301": "", "\u1100\u1161": "가", "\u1100\u1161\u11a8": "각", "か\u3099": "が",
    "ﷺ": "صلى الله عليه وسلم", "ẞ": "ss", "İ": "i̇", "ſ": "s", "⽔": "水", "\r\n": "  ",
}  # fmt: skip


@contextlib.contextmanager
def rules_file():
    """The rules in a file, as SentencePiece reads them."""
    lines = [" ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) for key, value in RULES.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        yield file


def charsmap():
    """The rules as SentencePiece compiles them."""
    with rules_file() as file:
        model = sentencepiece_model("unigram", vocab_size=300, normalization_rule_tsv=file.name)
    return sentencepiece_model_pb2.ModelProto.FromString(model).normalizer_spec.precompiled_charsmap


def all_normalizers(charsmap):
    n = normalizers
    yield from [n.NFC(), n.NFD(), n.NFKC(), n.NFKD(), n.Lowercase(), n.StripAccents(), n.Nmt(), n.ByteLevel()]
    yield from [n.Strip(left=left, right=right) for left in (True, False) for right in (True, False)]
    yield from [n.Prepend("▁"), n.Replace(" ", "▁"), n.Replace(Regex(r"\s{2,}|\p{Han}"), "-"), n.Replace("", "x"), n.Replace(Regex("a*"), "y")]
    for clean, chinese, accents, lower in [(1, 1, None, 1), (1, 0, None, 0), (0, 1, True, 0), (0, 0, False, 1)]:
        yield n.BertNormalizer(bool(clean), bool(chinese), accents, bool(lower))
    yield n.Precompiled(charsmap)
    yield n.Sequence([n.NFD(), n.StripAccents(), n.Lowercase()])


def all_pre_tokenizers():
    p = pre_tokenizers
    yield from [p.Whitespace(), p.WhitespaceSplit(), p.BertPreTokenizer(), p.UnicodeScripts(), p.CharDelimiterSplit("e")]
    yield from [p.Digits(individual_digits=value) for value in (True, False)]
    yield from [p.FixedLength(length=3)]
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        yield p.Punctuation(behavior)
        for invert in (False, True):
            yield p.Split(" ", behavior, invert)
            yield p.Split(Regex(r"[a-e]|\p{N}*(?=\s)"), behavior, invert)
    yield from [p.Split(".", "isolated"), p.Split("", "isolated"), p.Split(Regex(r"\p{Hiragana}+|\p{Latin}+|[[:punct:]]"), "isolated")]
    for prefix in (True, False):
        for regex in (True, False):
            yield p.ByteLevel(add_prefix_space=prefix, use_regex=regex)
    for scheme in ["always", "first", "never"]:
        for split in (True, False):
            yield p.Metaspace("▁", scheme, split)
        yield p.Sequence([p.WhitespaceSplit(), p.Metaspace("▁", scheme)])
        yield p.Sequence([p.Digits(False), p.Metaspace("_", scheme), p.Punctuation()])
    yield p.Sequence([p.Split(Regex(r"\d{1,3}"), "isolated"), p.ByteLevel(add_prefix_space=True)])


def all_decoders():
    d = decoders
    yield from [d.ByteLevel(), d.ByteFallback(), d.Fuse(), d.WordPiece(), d.WordPiece("#", False), d.BPEDecoder(), d.BPEDecoder("e"), d.CTC(), d.CTC("e", " ", False)]
    yield from [d.Metaspace("▁", scheme) for scheme in ("always", "first", "never")]
    yield from [d.Replace("▁", " "), d.Replace(Regex("[ab]+"), ""), d.Strip("▁", 1, 0), d.Strip("a", 2, 0)]
    yield d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)])


TOKENS = [
    ["▁Hello", "▁wor", "ld", "!"], ["Ġthe", "Ã©", "Ã", "é漢"], ["<0xE6>", "<0xBC>", "<0xA2>", "▁", "<0xe6>", "a", "<0xZZ>", "<0xFF>"],
    ["a", "##b", "##", "c", ".", "do", "not", "'", "s", "n't", "#x"], ["lo", "w</w>", "er</w>"], ["▁▁a▁", "▁b", "aab", "baa", "aaaa"],
    ["<pad>", "h", "h", "<pad>", "h", "|", "e", "e", "<pad>"], [], [""], ["ba", "ab"], ["e", "e", " ", "he", "<0x41>"],
]  # fmt: skip


def config(part):
    """The JSON of a part, as a tokenizer file has it."""
    return json.loads(part.__getstate__())


def trained(model, trainer, normalizer=None, pre_tokenizer=None, decoder=None, processor=None, added=()):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(TEXT.splitlines(), trainer)
    if decoder:
        tokenizer.decoder = decoder
    if processor:
        tokenizer.post_processor = processor
    tokenizer.add_tokens(list(added))
    return tokenizer


def edited(tokenizer, **model):
    """The tokenizer with keys of its model changed."""
    text = json.loads(tokenizer.to_str())
    text["model"].update(model)
    return Tokenizer.from_str(json.dumps(text))


def whole_tokenizers(charsmap):
    n, p, d = normalizers, pre_tokenizers, decoders
    quiet = {"show_progress": False, "special_tokens": SPECIAL}
    flags = [
        AddedToken("<sep>", lstrip=True, rstrip=True, normalized=False), AddedToken("mask", single_word=True),
        AddedToken("New", normalized=True), AddedToken("[MASK]", special=True, lstrip=True), AddedToken("the", rstrip=True, normalized=False),
    ]  # fmt: skip
    bert = processors.BertProcessing(("[SEP]", 4), ("[CLS]", 3))
    roberta = processors.RobertaProcessing(("</s>", 2), ("<s>", 1))
    template = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s>:1 $B:1 </s>:1", special_tokens=[("<s>", 1), ("</s>", 2)]
    )

    byte_level = trained(
        models.BPE(), trainers.BpeTrainer(vocab_size=500, initial_alphabet=p.ByteLevel.alphabet(), **quiet),
        n.NFC(), p.ByteLevel(add_prefix_space=True), d.ByteLevel(), processors.Sequence([processors.ByteLevel(), roberta]), flags,
    )  # fmt: skip
    yield "byte-level BPE", byte_level
    yield "byte-level BPE that keeps whole tokens", edited(byte_level, ignore_merges=True, merges=json.loads(byte_level.to_str())["model"]["merges"][:60])
    plain = trained(
        models.BPE(unk_token="<unk>"), trainers.BpeTrainer(vocab_size=260, limit_alphabet=60, **quiet),
        n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), None,
        d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)]), template, flags,
    )  # fmt: skip
    yield "BPE without words", plain
    yield "BPE that fuses unknown characters", edited(plain, fuse_unk=True)
    model = json.loads(plain.to_str())["model"]
    size = len(model["vocab"])
    some = {f"<0x{byte:02X}>": size + byte for byte in range(0x80 + 0x70)}
    yield "BPE with some bytes", edited(plain, byte_fallback=True, vocab=model["vocab"] | some)
    yield "BPE with some bytes, fused", edited(plain, byte_fallback=True, fuse_unk=True, vocab=model["vocab"] | some)
    yield "BPE without an unknown token", edited(plain, unk_token=None)
    yield "BPE with affixes", trained(
        models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"),
        trainers.BpeTrainer(vocab_size=300, limit_alphabet=50, continuing_subword_prefix="##", end_of_word_suffix="</w>", **quiet),
        n.Lowercase(), p.Whitespace(), d.BPEDecoder("</w>"), None, flags,
    )  # fmt: skip
    unigram = trained(
        models.Unigram(), trainers.UnigramTrainer(vocab_size=300, unk_token="<unk>", **quiet),
        n.Sequence([n.Precompiled(charsmap), n.Strip(left=False, right=True), n.Replace(Regex(" {2,}"), "▁")]),
        p.Metaspace("▁", "always"), d.Metaspace("▁", "always"), template, flags,
    )  # fmt: skip
    yield "Unigram", unigram
    vocabulary = json.loads(unigram.to_str())["model"]["vocab"]
    yield "Unigram with bytes", edited(
        unigram, byte_fallback=True, vocab=vocabulary + [[f"<0x{byte:02X}>", -20.0] for byte in range(0x100)]
    )
    yield "Unigram with words at the start alone", Tokenizer.from_str(
        unigram.to_str().replace('"prepend_scheme":"always","split":true', '"prepend_scheme":"first","split":false')
    )
    yield "WordPiece", trained(
        models.WordPiece(unk_token="<unk>", max_input_chars_per_word=12),
        trainers.WordPieceTrainer(vocab_size=350, limit_alphabet=60, **quiet),
        n.BertNormalizer(), p.BertPreTokenizer(), d.WordPiece(), bert, flags,
    )  # fmt: skip
    yield "WordLevel", trained(
        models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(vocab_size=150, **quiet),
        n.Sequence([n.NFD(), n.StripAccents()]), p.Sequence([p.Whitespace(), p.Digits(True)]), None, bert, flags,
    )  # fmt: skip


def write(name, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Escaped where a diff or an editor would change them.
    text = "".join(f"\\u{ord(c):04x}" if c in "\u0085\u2028\u2029\x7f" else c for c in text)
    (HERE / name).write_text(text + "\n")


def main():
    choose = random.Random(31)
    rules = charsmap()
    texts = ["", " ", "a"] + WORDS + MORE_WORDS + [random_text(choose) for _ in range(60)]
    parts = {"texts": texts, "tokens": TOKENS}
    parts["normalizers"] = [
        {"part": config(part), "texts": [part.normalize_str(text) for text in texts]} for part in all_normalizers(rules)
    ]
    parts["pre_tokenizers"] = [
        {"part": config(part), "pieces": [[piece for piece, _ in part.pre_tokenize_str(text)] for text in texts]}
        for part in all_pre_tokenizers()
    ]
    parts["decoders"] = [
        {"part": config(part), "texts": [part.decode(tokens) for tokens in TOKENS]} for part in all_decoders()
    ]
    write("parts.json", parts)

    texts = texts[:40] + [random_text(choose) for _ in range(210)]
    whole = []
    for name, tokenizer in whole_tokenizers(rules):
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        pair = tokenizer.encode(texts[-1], texts[-2])
        whole.append({
            "name": name, "tokenizer": json.loads(tokenizer.to_str()), "ids": ids,
            "decoded": [tokenizer.decode(row, skip_special_tokens=True) for row in ids[:60]],
            "single": tokenizer.encode(texts[-1]).ids, "pair": pair.ids, "types": pair.type_ids,
        })  # fmt: skip
    write("tokenizers.json", {"texts": texts, "tokenizers": whole})


if __name__ == "__main__":
    main()
