"""Encoders: BERT and its kin, ModernBERT."""
import transformers
from .common import *

BASE = dict(vocab_size=64, hidden_size=32, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=160, num_labels=1, pad_token_id=0)


def first(prefix, pooled=None):
    """The states after the encoder and the classifier's outputs, with the types given."""
    def run_model(model, x, **more):
        return getattr(model, prefix)(x, **more).last_hidden_state[0], model(x, **more).logits[0]
    return run_model


def encoder(name, family, prefix, without=(), base=BASE, types=False, note="", dtype=F32, ids=None, **more):
    config = getattr(transformers, f"{family}Config")(**{**base, **more})
    folder = folder_of(name)
    model = fill(getattr(transformers, f"{family}ForSequenceClassification")(config), name)
    model.to(dtype).save_pretrained(folder)
    ids = ids or sequences(name, 64)
    kinds = [[0] * (len(s) // 2) + [1] * (len(s) - len(s) // 2) for s in ids] if types else None
    given = [{"token_type_ids": k} for k in kinds] if types else None
    extra = {"tokenTypes": kinds} if types else None
    states, _ = reference(folder, lambda: load(folder), ids, first(prefix), more=given, read_at=[0] * len(ids),
                          note=note, extra=extra)
    for change in without:
        must_matter((name, change), changed(folder, change), ids, states, first(prefix), more=given)


def first_debertas():
    """DeBERTa's first version: distances of its own projections, cut at max_relative_positions where there is one."""
    both = dict(relative_attention=True, pos_att_type=["c2p", "p2c"], position_biased_input=False, type_vocab_size=0)
    encoder("deberta_first", "Deberta", "deberta", [{"pos_att_type": ["c2p"]}, {"pos_att_type": ["p2c"]}],
            max_relative_positions=-1, **both)
    encoder("deberta_first_near", "Deberta", "deberta", max_relative_positions=24, **both, dtype=BF16, num_labels=2)
    encoder("deberta_first_plain", "Deberta", "deberta", types=True, relative_attention=False, position_biased_input=True,
            type_vocab_size=2, pos_att_type=None, layer_norm_eps=1e-3)


def make():
    encoder("bert", "Bert", "bert", [{"layer_norm_eps": 1.0}], types=True, layer_norm_eps=1e-3)
    encoder("bert_switches", "Bert", "bert", [{"hidden_act": "relu"}], hidden_act="gelu_new", num_labels=3, dtype=BF16)
    padded = sequences("roberta", 64)
    padded = [padded[0], padded[1] + [1, 1], [5, 1, 7] + padded[2], padded[3]]
    encoder("roberta", "Roberta", "roberta", ids=padded, type_vocab_size=1, layer_norm_eps=1e-5,
            **{"pad_token_id": 1}, note="Padding inside a text keeps the padding's position, and others count on.")
    encoder("xlm_roberta", "XLMRoberta", "roberta", type_vocab_size=1, pad_token_id=1, num_labels=2, dtype=F16)
    encoder("camembert", "Camembert", "roberta", type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5)
    encoder("data2vec_text", "Data2VecText", "data2vec_text", type_vocab_size=1, pad_token_id=1, num_labels=2)
    first_debertas()
    encoder("distilbert", "DistilBert", "distilbert", base=dict(
        vocab_size=64, dim=32, hidden_dim=24, n_layers=2, n_heads=4, max_position_embeddings=160, num_labels=1,
        pad_token_id=0))
    encoder("electra", "Electra", "electra", embedding_size=16, types=True)
    encoder("electra_same_size", "Electra", "electra", embedding_size=32, hidden_act="relu")
    modern = {k: v for k, v in BASE.items()}
    ropes = {"full_attention": {"rope_type": "default", "rope_theta": 50000.0},
             "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}}
    modern.update(num_hidden_layers=4, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2,
                  rope_parameters=ropes)
    encoder("modernbert", "ModernBert", "model", [{"local_attention": 256}, {"layer_types": ["full_attention"] * 4}],
            modern, local_attention=16)
    encoder("modernbert_switches", "ModernBert", "model",
            [{"rope_parameters": {**ropes, "sliding_attention": ropes["full_attention"]}}], modern, local_attention=10,
            norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True, classifier_activation="relu",
            classifier_pooling="mean", num_labels=2, layer_types=["sliding_attention", "full_attention"] * 2)
