"""DeBERTa-v2 and GPT-NeoX, with OpenAssistant's reward model on the latter."""
import torch
from torch import nn
from torch.nn import functional as F
from transformers import (DebertaV2Config, DebertaV2ForSequenceClassification, GPTNeoXConfig,
                          GPTNeoXForSequenceClassification, GPTNeoXModel)
from .common import *
from .remote import save


def classified(model, x, **more):
    return model.deberta(x, **more).last_hidden_state[0], model(x, **more).logits[0]


def debertas():
    base = dict(vocab_size=64, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24,
                max_position_embeddings=160, relative_attention=True, position_buckets=16, max_relative_positions=-1,
                norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False,
                type_vocab_size=0, pooler_hidden_act="gelu", layer_norm_eps=1e-7, num_labels=1, pad_token_id=0,
                pooler_hidden_size=16, pooler_dropout=0, conv_kernel_size=0)
    def make(name, dtype=BF16, without=(), types=None, spelling=None, note="", **more):
        folder = folder_of(name)
        model = fill(DebertaV2ForSequenceClassification(DebertaV2Config(**{**base, **more})), name)
        for key, p in model.named_parameters():
            if "rel_embeddings" in key:
                p.data *= 3
        model.to(dtype).save_pretrained(folder)
        if spelling:
            edit_config(folder, spelling)
        ids = sequences(name)
        fresh = lambda: load(folder)
        inputs = None
        extra = {}
        if types:
            inputs = [{"token_type_ids": [int(i >= len(s) // 3) for i in range(len(s))]} for s in ids]
            extra = {"tokenTypes": [i["token_type_ids"] for i in inputs]}
        states, _ = reference(folder, fresh, ids, classified, inputs, [0] * len(ids), note, extra)
        for change in without:
            must_matter((name, change), changed(folder, change), ids, states, classified, inputs)
        if types:
            must_matter((name, "types"), fresh, ids, states, classified)
        return folder
    def strings(config):
        # As the released DeBERTa-v3 models write it.
        config.update(pos_att_type="p2c|c2p", torch_dtype=config.pop("dtype"))
        del config["conv_kernel_size"]
    make("deberta", without=[{"position_buckets": -1, "max_relative_positions": 16}, {"pos_att_type": ["c2p"]}, {"pos_att_type": ["p2c"]}], spelling=strings,
         note="As DeBERTa-v3. No attention mask is given: all tokens are seen.")
    make("deberta_types", F32, position_biased_input=True, type_vocab_size=2, types=True, num_labels=2, layer_norm_eps=5e-2,
         without=[{"layer_norm_eps": 1e-7}], note="Token types: 0 in the first third, then 1; absolute positions are added.")
    make("deberta_conv", conv_kernel_size=3, conv_act="gelu", without=[{"conv_act": "tanh"}],
         note="A convolution after the first layer, as the larger v2 models have.")
    make("deberta_unshared", share_att_key=False, norm_rel_ebd="none", position_buckets=-1, max_relative_positions=32,
         note="Projections of their own for relative positions, no buckets: distances are cut at max_relative_positions.")
    make("deberta_c2p", F16, pos_att_type=["c2p"], without=[{"pos_att_type": []}])


NEOX = dict(vocab_size=64, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=256, hidden_act="gelu", layer_norm_eps=1e-5, attention_bias=True, num_labels=1,
            attention_dropout=0.0, hidden_dropout=0.0)


def rotary_pct(config):
    rope = config.pop("rope_parameters")
    config.update(rotary_pct=rope["partial_rotary_factor"], rotary_emb_base=rope["rope_theta"],
                  torch_dtype=config.pop("dtype"))


def gpt_neoxes():
    rope = lambda pct, theta=10000.0: {"rope_type": "default", "rope_theta": theta, "partial_rotary_factor": pct}
    make = lambda name, pct, without, dtype=BF16, **more: case(
        name, GPTNeoXForSequenceClassification, GPTNeoXConfig(**{**NEOX, "rope_parameters": rope(pct), "pad_token_id": 0, **more}),
        dtype, rotary_pct if name != "gpt_neox_sequential" else None, without=without, about=1.0)
    make("gpt_neox", 0.25, [{"use_parallel_residual": False}, {"rotary_pct": 1.0}, {"rotary_emb_base": 100}])
    make("gpt_neox_sequential", 0.5, [{"use_parallel_residual": True}, {"hidden_act": "relu"}],
         use_parallel_residual=False)
    make("gpt_neox_no_bias", 1.0, [{"hidden_act": "gelu"}], attention_bias=False, hidden_act="gelu_fast")


class OpenAssistant(nn.Module):
    def __init__(self, folder):
        super().__init__()
        stored = load_file(os.path.join(folder, "model.safetensors"))
        config = json.load(open(os.path.join(folder, "config.json")))
        self.pooling = config["pooling"]
        kept = {k: v for k, v in config.items() if k not in ("model_type", "architectures", "pooling", "torch_dtype")}
        self.gpt_neox = GPTNeoXModel(GPTNeoXConfig(**kept, attn_implementation="eager"))
        self.out_proj = nn.Linear(config["hidden_size"], 1)
        self.load_state_dict({k: stored[k].float() for k in self.state_dict()})
        self.eval()


def pooled(model, x):
    states = model.gpt_neox(x).last_hidden_state[0]
    return states, model.out_proj(states[-1] if model.pooling == "last" else states.mean(0))


def open_assistants():
    for pooling in ("last", "mean"):
        name = f"oasst_{pooling}"
        folder = folder_of(name)
        config = GPTNeoXConfig(**NEOX, rope_parameters={"rope_type": "default", "rope_theta": 10000.0,
                                                        "partial_rotary_factor": 0.25})
        body = fill(GPTNeoXModel(config), name)
        g = generator(name + " head")
        tensors = {f"gpt_neox.{k}": v.to(F16) for k, v in body.state_dict().items()}
        tensors["out_proj.weight"] = torch.randn(1, 32, generator=g).to(F16)
        tensors["out_proj.bias"] = torch.randn(1, generator=g).to(F16)
        for n in range(2):
            # Buffers that older transformers wrote into the file; a reader has to pass over them.
            layer = f"gpt_neox.layers.{n}.attention"
            tensors[f"{layer}.bias"] = torch.ones(1, 1, 8, 8, dtype=torch.bool).tril()
            tensors[f"{layer}.masked_bias"] = torch.tensor(-1e4, dtype=F16)
            tensors[f"{layer}.rotary_emb.inv_freq"] = torch.ones(2, dtype=F16)
        save(folder, tensors)
        config.architectures = ["GPTNeoXRewardModel"]
        config.save_pretrained(folder)
        def published(config):
            config["dtype"] = "float16"
            rotary_pct(config)
            config.update(model_type="gpt_neox_reward_model", pooling=pooling, pad_token_id=0)
        edit_config(folder, published)
        ids = sequences(name)
        note = {"last": "At the last token of the attention mask.",
                "mean": "Over all tokens of one unpadded sequence; the published code cannot pool a padded batch so."}[pooling]
        reference(folder, lambda: OpenAssistant(folder), ids, pooled, read_at=[len(s) - 1 for s in ids],
                  note="LAION-AI/Open-Assistant's GPTNeoXRewardModel. " + note)


def make():
    debertas()
    gpt_neoxes()
    open_assistants()
