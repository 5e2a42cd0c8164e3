"""Makes sentencepiece.json beside this file: small SentencePiece models, in base64, and the ids of texts.

The models are trained here on the text of make_fixtures.py; the `sentencepiece` library is the reference.

    pip install sentencepiece==0.2.3 tokenizers==0.23.3
    python make_sentencepiece.py
"""

import base64
import json
import pathlib
import random

import sentencepiece

from make_tokenizers import MORE_WORDS, WORDS, random_text, rules_file, sentencepiece_model

HERE = pathlib.Path(__file__).parent
MODELS = {
    "BPE with bytes": dict(kind="bpe", vocab_size=600, byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False),
    "BPE without bytes": dict(kind="bpe", vocab_size=300, character_coverage=0.98),
    "Unigram with bytes": dict(kind="unigram", vocab_size=500, byte_fallback=True, user_defined_symbols="<think>,response"),
    "Unigram without a prefix": dict(kind="unigram", vocab_size=300, add_dummy_prefix=False, character_coverage=0.98),
}  # fmt: skip


def main():
    choose = random.Random(41)
    texts = ["", " ", "a", "  a  b ", "\u3000x\t y"] + WORDS + MORE_WORDS + [random_text(choose) for _ in range(150)]
    # The library finds no control pieces in texts, and ends a text at a zero byte.
    texts = [text for text in texts if "<s>" not in text and "</s>" not in text and "\0" not in text]
    models = []
    for name, options in MODELS.items():
        options = dict(options)
        kind = options.pop("kind")
        with rules_file() as file:
            if "normalization_rule_name" not in options:
                options["normalization_rule_tsv"] = file.name
            model = sentencepiece_model(kind, **options)
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        models.append({
            "name": name, "model": base64.b64encode(model).decode(), "ids": [processor.encode(text) for text in texts],
            "special": [processor.bos_id(), processor.eos_id(), processor.unk_id()],
        })  # fmt: skip
    value = {"texts": texts, "models": models}
    (HERE / "sentencepiece.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
