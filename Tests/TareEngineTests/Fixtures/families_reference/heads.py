"""Heads: what stands upon the states after the final norm, in all the layouts that released reward models have."""
import torch
from torch import nn
from torch.nn import functional as F
from transformers import (AutoModel, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, LlamaModel, Qwen2Config,
                          Qwen2ForCausalLM, Qwen2ForSequenceClassification, Qwen2Model, Qwen3Config, Qwen3ForCausalLM)
from .common import *
from .remote import save

BODY = dict(vocab_size=64, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-6, pad_token_id=0, bos_token_id=1,
            eos_token_id=2, rope_parameters={"rope_type": "default", "rope_theta": 10000.0})


class Headed(nn.Module):
    """A body that transformers loads from the folder, and the tensors of the file that are not the body's."""
    def __init__(self, folder, head):
        super().__init__()
        self.body = load(folder, AutoModel)
        stored = load_file(os.path.join(folder, "model.safetensors"))
        self.parts = nn.ParameterDict({k.replace(".", "/"): nn.Parameter(v.float(), requires_grad=False)
                                       for k, v in stored.items() if not k.startswith("model.")})
        self.head = head

    def part(self, name):
        return self.parts[name.replace(".", "/")]


def read_last(model, x):
    states = model.body(x).last_hidden_state[0]
    return states, model.head(model, states[-1])


def linear(name, bias=True):
    return lambda m, x: F.linear(x, m.part(f"{name}.weight"), m.part(f"{name}.bias") if bias else None)


def perceptron(name, layers=2):
    """Linear maps with ReLU between, as nn.Sequential numbers them: 0, 2, 4."""
    def apply(m, x):
        for n in range(layers):
            x = linear(f"{name}.{2 * n}")(m, F.relu(x) if n else x)
        return x
    return apply


def make_head(name, head, shapes, architecture, family="qwen2", settings=None, note="", dtype=BF16, extra=None,
              other=None, ids=None, read=None, positive=(), scale=1.0, prefix=None):
    folder = folder_of(name)
    cls, kind = (LlamaModel, LlamaConfig) if family == "llama" else (Qwen2Model, Qwen2Config)
    model = fill(cls(kind(**BODY)), name)
    g = generator(name + " head")
    tensors = {f"model.{k}": v.to(dtype) for k, v in model.state_dict().items()}
    for key, shape in shapes.items():
        r = torch.randn(shape, generator=g)
        r = r.abs() + 0.5 if key.endswith(positive or ("\0",)) else r
        tensors[key] = (scale * r if len(shape) > 1 else 0.5 * r).to(dtype)
    for key, value in (other or {}).items():
        tensors[key] = value
    save(folder, tensors)
    model.config.architectures = [architecture]
    model.config.save_pretrained(folder)
    edit_config(folder, lambda config: config.update(dtype=str(dtype).split(".")[1], **(settings or {})))
    ids = ids or sequences(name)
    fresh = lambda: Headed(folder, head)
    more = extra(fresh, ids) if extra else None
    reference(folder, fresh, ids, read or read_last, note=note, extra=more, read_at=[len(s) - 1 for s in ids])
    if prefix:
        save(folder, {k.replace("model.", prefix, 1) if k.startswith("model.") else k: v for k, v in tensors.items()})
    return folder, fresh, ids


def plain_heads():
    h = 16
    mlp = lambda name, inner, out: {f"{name}.0.weight": (inner, h), f"{name}.0.bias": (inner,),
                                    f"{name}.2.weight": (out, inner), f"{name}.2.bias": (out,)}
    one = lambda name, bias=True, out=1: {f"{name}.weight": (out, h), **({f"{name}.bias": (out,)} if bias else {})}
    make_head("head_score_bias", linear("score"), one("score"), "Qwen2ForSequenceClassification",
              note="transformers itself has no bias here: computed by hand.")
    config = Qwen2Config(**BODY, num_labels=3)
    case("head_score_3_labels", Qwen2ForSequenceClassification, config)
    make_head("head_score_mlp", perceptron("score"), mlp("score", h, 1), "Qwen2ForRewardModel",
              note="Linear, ReLU, Linear as Qwen2.5-Math-RM.")
    make_head("head_score_mlp_2_labels", perceptron("score"), mlp("score", h, 2), "Qwen2ForRewardModel",
              settings={"id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "label2id": {"LABEL_0": 0, "LABEL_1": 1}},
              family="llama", dtype=F16)
    make_head("head_v_head", linear("v_head", False), one("v_head", False), "LlamaForRewardModel", family="llama")
    make_head("head_v_head_bias", linear("v_head"), one("v_head"), "LlamaForRewardModel", family="llama")
    make_head("head_summary", linear("v_head.summary"), {**one("v_head.summary"), "lm_head.weight": (64, h)},
              "LlamaForCausalLM", family="llama", note="As TRL saves a model with a value head: the language model's head "
              "is in the file too, and architectures name the language model.")
    make_head("head_summary_mlp", perceptron("v_head.summary"), mlp("v_head.summary", 12, 1), "GRewardModel",
              family="llama", settings={"vhead_layer_type": "mlp", "vhead_num_neurons": 12, "vhead_num_layers": 1},
              note="GRM: Linear, ReLU, Linear (published code; dropout is off).")
    deep = {**mlp("v_head.summary", 12, 12), "v_head.summary.2.weight": (12, 12), "v_head.summary.4.weight": (1, 12),
            "v_head.summary.4.bias": (1,)}
    make_head("head_summary_mlp_deep", perceptron("v_head.summary", 3), deep, "GRewardModel", family="llama",
              settings={"vhead_layer_type": "mlp", "vhead_num_neurons": 12, "vhead_num_layers": 2},
              note="GRM with vhead_num_layers 2: summary.0, .2 and .4, ReLU after the first two.")
    make_head("head_regression", linear("regression_head", False), one("regression_head", False), "LlamaRewardModel",
              family="llama", note="UltraRM: at the last token of the attention mask.")
    make_head("head_value_head", linear("value_head", False), one("value_head", False), "RewardModel", dtype=F32)
    make_head("head_starling", linear("v_head", False), one("v_head", False), "LlamaForSequenceClassification",
              family="llama", prefix="transformer.", note="Starling-RM-34B's class calls the model `transformer`.")
    make_head("head_reward_head", linear("reward_head"), one("reward_head"), "RewardModel")


def gates():
    """ArmoRM, QRM and URM after their published code (armo-rm and rewardbench/models/qrm.py; SGLang's
    LlamaForSequenceClassificationWithNormal_Weights). Of the gated ones `gates` is where the prompt ends."""
    h, n, width = 16, 19, 12
    def gate(m, x, norms):
        count = 3
        for i in range(count + 1):
            x = F.linear(x, m.part(f"gating.layers.{3 * i if norms else i}.weight"),
                         m.part(f"gating.layers.{3 * i if norms else i}.bias") if i == count or not norms else None)
            if i < count:
                x = F.relu(x)
                if norms:
                    p = lambda name: m.part(f"gating.layers.{3 * i + 2}.{name}")
                    x = F.batch_norm(x[None], p("running_mean"), p("running_var"), p("weight"), p("bias"))[0]
        return F.softmax(x / 2.5, dim=0) * m.part("gating.logit_scale")[0]
    def gated(quantiles):
        def read(model, x):
            states = model.body(x).last_hidden_state[0]
            weights = gate(model, states[x.shape[1] // 2], quantiles > 1)
            rewards = F.linear(states[-1], model.part("regression_layer.weight"))
            if quantiles > 1:
                rewards = rewards.reshape(-1, quantiles).mean(1)
            adjusted = rewards @ model.part("reward_transform_matrix")
            score = (weights * adjusted).sum()[None]
            return states, torch.cat([score, adjusted if quantiles > 1 else rewards])
        return read
    for name, objectives, quantiles in [("head_armo", 19, 1), ("head_qrm", 5, 4)]:
        shapes = {"regression_layer.weight": (objectives * quantiles, h), "reward_transform_matrix": (objectives, objectives),
                  "gating.logit_scale": (1,)}
        for i in range(4):
            place, out = (3 * i if quantiles > 1 else i), (objectives if i == 3 else width)
            shapes[f"gating.layers.{place}.weight"] = (out, h if i == 0 else width)
            if i == 3 or quantiles == 1:
                shapes[f"gating.layers.{place}.bias"] = (out,)
            if quantiles > 1 and i < 3:
                for part in ("weight", "bias", "running_mean", "running_var"):
                    shapes[f"gating.layers.{place + 2}.{part}"] = (width,)
        settings = {"num_objectives": objectives, "gating_temperature": 2.5, "gating_hidden_dim": width, "gating_n_hidden": 3}
        if quantiles > 1:
            settings["num_quantiles"] = quantiles
        ids = sequences(name)
        make_head(name, None, shapes, "LlamaForRewardModelWithGating" + ("31" if quantiles > 1 else ""), family="llama",
                  settings=settings, ids=ids, read=gated(quantiles), extra=lambda fresh, ids: {"gates": [len(s) // 2 for s in ids]},
                  positive=("running_var",), note="Outputs: the score, then the objectives.")
    def weighted(m, x):
        weights = linear("weights.fc.4")(m, F.selu(linear("weights.fc.2")(m, F.selu(linear("weights.fc.0")(m, x)))))
        means = linear("score", False)(m, x).view(-1, 2)[:, 0]
        return torch.cat([(means * weights).sum()[None], means])
    fc = {f"weights.fc.{i}.{part}": shape for i, out in [(0, h), (2, h), (4, 5)]
          for part, shape in [("weight", (out, h)), ("bias", (out,))]}
    make_head("head_urm", weighted, {"score.weight": (10, h), **fc}, "LlamaForSequenceClassificationWithNormal_Weights",
              family="llama", scale=0.3, note="Outputs: the score, then the attributes' means.")


def distributions():
    """LDL-Reward after rewardbench/models/ldlreward.py: ten shares for each objective, weighed by a gate of the same state."""
    h, n, width = 16, 3, 12
    def network(m, name, places, x):
        for i, place in enumerate(places):
            x = linear(f"{name}.network.{place}")(m, F.leaky_relu(x) if i else x)
        return x
    def head(soft, temperature):
        def apply(m, x):
            rewards = network(m, "regression_layer", (0, 2, 4), x).view(-1, 10).softmax(-1)
            weights = network(m, "gating_layer", (0, 3, 6), x)
            if soft:
                weights = (weights / temperature).softmax(-1)
            total = weights @ rewards
            return torch.cat([(total * torch.linspace(0, 1, 10, dtype=total.dtype)).sum()[None], total])
        return apply
    shapes = {f"{name}.network.{place}.{part}": shape
              for name, places, out in [("regression_layer", (0, 2, 4), 10 * n), ("gating_layer", (0, 3, 6), n)]
              for i, place in enumerate(places) for o in [out if i == 2 else width]
              for part, shape in [("weight", (o, width if i else h)), ("bias", (o,))]}
    for name, settings in [("head_ldl", {"softmax": True, "temperature": 1.7}), ("head_ldl_plain", {})]:
        make_head(name, head(settings.get("softmax", False), settings.get("temperature", 1)), shapes, "LDLRewardModel27B",
                  settings={"num_objectives": 10 * n, **settings}, scale=0.4, dtype=F32,
                  note="Outputs: the score, then the weighted distribution.")


def openrlhf():
    def normalized(fresh, ids):
        raw = [float(run(fresh, s, read_last)[1]) for s in ids]
        return {"normalized": digits([[(r - 1.5) / 2.25] for r in raw])}
    make_head("head_prefix", linear("critic_head", False), {"critic_head.weight": (1, 16)}, "RewardModel",
              settings={"value_head_prefix": "critic_head", "mean": 1.5, "std": 2.25, "normalize_reward": True},
              extra=normalized, note="OpenRLHF: value_head_prefix names the head. scores are the head's own; `normalized` is "
              "(score - mean) / std, which OpenRLHF gives where it is loaded with normalize_reward.")


def beavers():
    buffers = {"normalizer.mean": torch.tensor([1.25]), "normalizer.var": torch.tensor([2.6]),
               "normalizer.count": torch.tensor([640])}
    mean, std = (lambda m: m.part("normalizer.mean")), (lambda m: m.part("normalizer.var").sqrt() + 1e-8)
    bare = linear("score_head")
    def beaver(name, head, score_type, do_normalize, note):
        make_head(name, head, {"score_head.weight": (1, 16), "score_head.bias": (1,)}, "LlamaForScore", "llama",
                  {"score_dim": 1, "bias": True, "score_type": score_type, "do_normalize": do_normalize,
                   "normalizer_type": "RunningMeanStd", "mean": [1.25], "var": [2.6]}, note, other=buffers)
    beaver("head_beaver_reward", lambda m, x: (bare(m, x) - mean(m)) / std(m), "reward", True,
           "safe-rlhf: score_type reward and do_normalize: (x - mean) / (sqrt(var) + 1e-8).")
    beaver("head_beaver_cost", lambda m, x: bare(m, x) / std(m), "cost", True,
           "safe-rlhf: score_type cost and do_normalize: x / (sqrt(var) + 1e-8), no mean.")
    beaver("head_beaver_unnormalized", bare, "reward", False,
           "safe-rlhf: do_normalize false, so that the normalizer's buffers are in the file but not used.")


def language(model, x):
    out = model(x, output_hidden_states=True)
    return out.hidden_states[-1][0], out.logits[0, -1, :1]


def language_models():
    yes, no = 9, 21
    def extra(fresh, ids):
        pairs = []
        for s in ids:
            def logits(model, x):
                return (model(x).logits[0, -1, [yes, no]],)
            pairs.append(run(fresh, s, logits)[0])
        return {"yes": yes, "no": no, "yesNoLogits": digits([p.tolist() for p in pairs]),
                "yesProbability": digits([float(p.softmax(-1)[0]) for p in pairs])}
    note = ("scores: logit of token 0 at the last position (Nemotron). yesProbability: softmax over the logits of tokens "
            "`yes` and `no` there, the part of `yes` (Qwen3-Reranker).")
    def make(name, cls, config, note):
        folder = folder_of(name)
        fill(cls(config), name).to(BF16).save_pretrained(folder)
        fresh = lambda: load(folder, AutoModelForCausalLM)
        ids = sequences(name)
        reference(folder, fresh, ids, language, note=note, extra=extra(fresh, ids), read_at=[len(s) - 1 for s in ids])
    make("lm_llama", LlamaForCausalLM, LlamaConfig(**BODY), note)
    make("lm_qwen3_tied", Qwen3ForCausalLM, Qwen3Config(**BODY, head_dim=8, tie_word_embeddings=True),
         note + " The head is the embedding: no lm_head.weight in the file.")


def implicit_reward():
    """DPO's implicit reward without beta: the sum over the response of log policy less log reference."""
    folder = folder_of("dpo")
    parts = {}
    for part in ("policy", "reference"):
        parts[part] = os.path.join(folder, part)
        fill(Qwen2ForCausalLM(Qwen2Config(**BODY)), "dpo " + part).to(BF16).save_pretrained(parts[part])
    ids = sequences("dpo", lengths=(2, 5, 41, 150))
    prompts = [1, 3, 40, 60]
    def sums(part, double):
        totals = []
        for s, n in zip(ids, prompts):
            def total(model, x):
                logs = model(x).logits[0, :-1].log_softmax(-1).gather(1, x[0, 1:, None])[:, 0]
                return (logs[n - 1:].sum(),)
            totals.append(float(run(lambda: load(parts[part], AutoModelForCausalLM), s, total, double=double)[0]))
        return totals
    policy, other = sums("policy", True), sums("reference", True)
    single = [a - b for a, b in zip(sums("policy", False), sums("reference", False))]
    scores = [a - b for a, b in zip(policy, other)]
    deviation = max(abs(a - b) for a, b in zip(scores, single))
    assert deviation < 1e-3
    write_json(os.path.join(folder, "reference.json"), {
        "sequences": ids, "promptLengths": prompts, "policy": digits(policy), "reference": digits(other),
        "scores": digits([[s] for s in scores]), "deviation": float(f"{deviation:.3g}"),
        "note": "scores: sum over tokens from the prompt's length on of log policy - log reference, each token given those "
                "before it; without beta."})


def process_rewards():
    step = 60
    ids = sequences("prm", 60)
    for s, at in zip(ids, ([], [4], [10, 25, 40], [0, 16, 63, 64, 149])):
        for i in at:
            s[i] = step
    head = perceptron("score")
    def steps(model, x):
        states = model.body(x).last_hidden_state[0]
        return (head(model, states[x[0] == step]).softmax(-1)[:, 1],)
    def extra(fresh, ids):
        return {"stepToken": step, "stepPositions": [[i for i, t in enumerate(s) if t == step] for s in ids],
                "stepProbabilities": digits([run(fresh, s, steps)[0].tolist() for s in ids])}
    make_head("prm", head, {"score.0.weight": (16, 16), "score.0.bias": (16,), "score.2.weight": (2, 16),
                            "score.2.bias": (2,)}, "Qwen2ForProcessRewardModel", extra=extra, ids=ids,
              note="scores: both labels' logits at the last token; stepProbabilities: softmax of label 1 at every step token.")


def make():
    plain_heads()
    gates()
    distributions()
    openrlhf()
    beavers()
    language_models()
    implicit_reward()
    process_rewards()
