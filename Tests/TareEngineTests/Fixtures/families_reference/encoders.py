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


def t5s():
    """An encoder and the decoder's first token: its state, and the logits of tokens there."""
    yes, no = 9, 21
    def run_model(model, x):
        out = model(input_ids=x, decoder_input_ids=torch.tensor([[model.config.decoder_start_token_id]]),
                    output_hidden_states=True)
        return out.decoder_hidden_states[-1][0], out.logits[0, -1, [0, yes, no]]
    def make(name, tensors=None, without=(), **more):
        config = transformers.T5Config(vocab_size=64, d_model=32, d_kv=6, d_ff=24, num_layers=2, num_heads=4, pad_token_id=0,
                                       eos_token_id=1, decoder_start_token_id=0, **more)
        folder = folder_of(name)
        model = fill(transformers.T5ForConditionalGeneration(config), name)
        for key, p in model.named_parameters():
            if "relative_attention_bias" in key:
                p.data *= 3
            elif key.endswith((".q.weight", ".k.weight")):
                p.data *= 0.7
        model.to(BF16).save_pretrained(folder)
        if tensors:
            edit_tensors(folder, tensors)
            edit_config(folder, lambda c: (c.update(tie_word_embeddings=False), c.pop("scale_decoder_outputs"), None)[2])
        loader = lambda f: load(f, transformers.T5ForConditionalGeneration)
        ids = sequences(name)
        double = [run(lambda: loader(folder), s, run_model) for s in ids]
        single = [run(lambda: loader(folder), s, run_model, double=False) for s in ids]
        deviation = max(worst([d[0] for d in double], [s[0] for s in single]), worst([d[1] for d in double], [s[1] for s in single]))
        assert deviation < 2e-4, deviation
        for change in without:
            must_matter((name, change), changed(folder, change, loader), ids, [d[0] for d in double], run_model)
        write_json(os.path.join(folder, "reference.json"), {
            "sequences": ids, "positions": [[0] for _ in ids], "hidden": digits([d[0].tolist() for d in double]),
            "deviation": float(f"{deviation:.3g}"), "readAt": [0 for _ in ids], "yes": yes, "no": no,
            "scores": digits([d[1][:1].tolist() for d in double]), "yesNoLogits": digits([d[1][1:].tolist() for d in double]),
            "note": "The state after the decoder's first token, at whatever position; logits of token 0, and of yes and no."})
    make("t5", without=[{"relative_attention_max_distance": 20}], feed_forward_proj="relu", layer_norm_epsilon=1e-3)
    def untied(tensors):
        tensors["lm_head.weight"] = torch.randn(64, 32, generator=generator("t5 head")).to(BF16)
    make("t5_gated", untied, feed_forward_proj="gated-gelu",
         num_decoder_layers=3, relative_attention_num_buckets=16, relative_attention_max_distance=40)


def later_encoders():
    """Encoders with norms before the blocks, shared layers, gates, tasks."""
    encoder("albert", "Albert", "albert", types=True, embedding_size=16,
            hidden_act="gelu_new", num_hidden_layers=3, num_hidden_groups=2, inner_group_num=2, layer_norm_eps=1e-3,
            dtype=BF16)
    encoder("albert_same_size", "Albert", "albert", embedding_size=32, hidden_act="relu", num_hidden_layers=3, dtype=BF16)
    encoder("ernie", "Ernie", "ernie", [{"use_task_id": False}], types=True, use_task_id=True, task_type_vocab_size=3)
    encoder("ernie_no_task", "Ernie", "ernie", num_labels=2, dtype=BF16)
    encoder("megatron_bert", "MegatronBert", "bert", types=True, layer_norm_eps=1e-3)
    encoder("roberta_prelayernorm", "RobertaPreLayerNorm", "roberta_prelayernorm", type_vocab_size=1, pad_token_id=1)
    encoder("xlm_roberta_xl", "XLMRobertaXL", "roberta", pad_token_id=1, num_labels=2, dtype=BF16)
    rope = {"rope_type": "default", "rope_theta": 1000.0}
    encoder("gte", "Gte", "gte", [{"rope_parameters": {**rope, "rope_theta": 10.0}}], types=True, type_vocab_size=2,
            rope_parameters=rope, layer_norm_eps=1e-3)
    encoder("gte_no_types", "Gte", "gte", type_vocab_size=0, hidden_act="silu", dtype=BF16,
            rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0})
    llama = dict(BASE, num_key_value_heads=2, rope_parameters=rope, bos_token_id=1, eos_token_id=2)
    encoder("eurobert", "EuroBert", "model", [{"rms_norm_eps": 1.0}], llama, rms_norm_eps=1e-3, classifier_pooling="bos")
    encoder("eurobert_late", "EuroBert", "model", base=llama, classifier_pooling="late", num_labels=2, attention_bias=True,
            mlp_bias=True, head_dim=12, dtype=BF16)
    encoder("eurobert_mean", "EuroBert", "model", base=llama, classifier_pooling="mean",
            rope_parameters={"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}, dtype=BF16)


def make():
    t5s()
    later_encoders()
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
