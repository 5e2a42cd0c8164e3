"""What routers, attention and gates of the shared parity checkpoints do, for the tests of the engine's probes: float64 passes
over the stored weights, each statistic by plain torch from hooked tensors. What is made of routing afterwards (distances, regressions,
intervals, ranks) is by the functions of TareInspectionTests/Fixtures/routing_reference.py, from these passes.

    python inspection_reference.py FOLDER_OF_CHECKPOINTS inspection_reference.json
(transformers 5.24.0, torch 2.15.0, scipy 1.17.1, scikit-learn 1.9.1)
"""
import json
import pathlib
import random
import sys

import numpy
import torch
from scipy.optimize import linear_sum_assignment
from scipy.special import rel_entr
from scipy.stats import rankdata, spearmanr
from transformers import AutoModelForSequenceClassification
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

from families_reference import remote

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "TareInspectionTests" / "Fixtures"))
import routing_reference

torch.set_num_threads(1)
source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LATE, BINS, LOW, ACTIVE = 64, 20, 0.1, 0.1


def pool_of(name):
    """The tokens in the checkpoint's cases: the others' embeddings are zeros."""
    cases = [json.loads(line) for line in (source / name / "cases.jsonl").read_text().splitlines()]
    return sorted({token for case in cases for token in case.get("ids", [])})


def sequences(name):
    pool, generator = pool_of(name), random.Random(7)
    some = lambda count: [generator.choice(pool) for _ in range(count)]
    shared = some(70)
    return [some(37), shared + some(21), shared + some(80), some(200)]


STARTS = [5, 70, 70, 150]
SAMPLES = [[0, 36], [3, 80], [], [199]]


def load(name):
    folder = source / name
    if name == "rmoe":
        return remote.load_rmoe(folder).double()
    if name.startswith("gated"):
        return remote.load_gated(folder).double()
    return AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager").eval().double()


def catch(module, store, kind="pre"):
    if kind == "pre":
        module.register_forward_pre_hook(lambda m, args, kwargs: store.append(
            (args[0] if args else kwargs["hidden_states"]).detach()[0]), with_kwargs=True)
    else:
        module.register_forward_hook(lambda m, args, out: store.append(out.detach()[0]))


def run(model, ids_of):
    """What enters each layer, its attention and its feed-forward, and the score."""
    passes = []
    for ids in ids_of:
        one = {"stream": [], "normed": [], "mlp": [], "score": []}
        model.score._forward_hooks.clear()
        catch(model.score, one["score"], "post")
        for layer in model.model.layers:
            for module in (layer, layer.self_attn, layer.mlp):
                module._forward_pre_hooks.clear()
            catch(layer, one["stream"])
            catch(layer.self_attn, one["normed"])
            catch(layer.mlp, one["mlp"])
        with torch.no_grad():
            model(torch.tensor([ids]))
            position = torch.arange(len(ids))[None]
            one["rotary"] = model.model.rotary_emb(one["stream"][0][None], position)
        passes.append(one)
    return passes


def attention_shares(attention, x, cosine, sine):
    """Softmaxed scores, [heads, n, n], and gates after the sigmoid, [n, heads, gates of a head]."""
    n, size = x.shape[0], attention.head_dim if hasattr(attention, "head_dim") else attention.size
    config = getattr(attention, "config", None)
    heads = config.num_attention_heads if config is not None else attention.heads
    groups = config.num_key_value_heads if config is not None else attention.groups
    q, gate = attention.q_proj(x), None
    if hasattr(attention, "gate") and attention.gate:
        q, gate = q.view(n, groups, -1).split([heads // groups * size, attention.gate // groups], -1)
        gate = gate.reshape(n, heads, -1).sigmoid()
    q = q.reshape(n, heads, size).transpose(0, 1)
    k = attention.k_proj(x).view(n, groups, size).transpose(0, 1)
    if hasattr(attention, "q_norm"):
        q, k = attention.q_norm(q), attention.k_norm(k)
    q, k = remote.apply_rotary_pos_emb(q[None], k[None], cosine, sine)
    k = remote.repeat_kv(k, heads // groups)
    scores = (q @ k.transpose(2, 3))[0] * size ** -0.5
    mask = torch.ones(n, n, dtype=torch.bool).triu(1)
    window = getattr(config, "sliding_window", None) if config is not None else None
    if window:
        mask |= ~torch.ones(n, n, dtype=torch.bool).triu(1 - window)
    return scores.masked_fill(mask, float("-inf")).softmax(-1), gate


def attention_of(model, passes, ids_of):
    layers = len(model.model.layers)
    out = {"late": sum(max(len(ids) - LATE, 0) for ids in ids_of), "tokens": sum(map(len, ids_of)), "layers": []}
    for index in range(layers):
        attention = model.model.layers[index].self_attn
        sink = entropy = late = gated = 0
        gates, squares, largest = [], 0.0, (0.0, 0, 0)
        for one in passes:
            shares, gate = attention_shares(attention, one["normed"][index], *one["rotary"])
            tail = shares[:, LATE:]
            sink = sink + tail[:, :, 0].sum(1)
            entropy = entropy - torch.xlogy(tail, tail).sum((1, 2))
            stream = one["stream"][index]
            squares += float((stream ** 2).sum())
            where = int(stream.abs().argmax())
            value = float(stream.abs().max())
            if value > largest[0]:
                largest = (value, where % stream.shape[1], where // stream.shape[1])
            if gate is not None:
                gates.append(gate)
                late = late + gate[LATE:].mean(-1).sum(0)
                gated = gated + (gate[LATE:].mean(-1) * tail[:, :, 0].T).sum(0)
        row = {"sink": sink.tolist(), "entropy": entropy.tolist(), "squares": squares, "largest": largest[0],
               "channel": largest[1], "position": largest[2]}
        if gates:
            values = torch.cat(gates)
            row["gates"] = {
                "histogram": torch.histc(values.float(), BINS, 0, 1).tolist(), "sum": values.sum(0).flatten().tolist(),
                "squares": (values ** 2).sum(0).flatten().tolist(), "below": (values < LOW).sum((0, 2)).tolist(),
                "late": late.tolist(), "sink": gated.tolist()}
        out["layers"].append(row)
    return out


def routing_of(model, passes, ids_of, top, starts=STARTS, sampled=SAMPLES):
    layers = [i for i, layer in enumerate(model.model.layers) if hasattr(layer.mlp, "gate") or hasattr(layer.mlp, "block_sparse_moe")]
    texts, states, samples, logits_all = [], [], [[] for _ in layers], [[] for _ in layers]
    chosen_of = []
    for ids, start, positions, one in zip(ids_of, starts, sampled, passes):
        text, choices, h = {"counts": [], "probabilities": [], "responseCounts": []}, [], None
        for place, index in enumerate(layers):
            x, mixture = one["mlp"][index], model.model.layers[index].mlp
            if hasattr(mixture, "block_sparse_moe"):
                mixture = mixture.block_sparse_moe
                before = torch.zeros(x.shape[0], mixture.weight1.shape[0], dtype=x.dtype) if h is None else h
                h = mixture.unit[0](x @ mixture.weight1.T, before)
                cosine = (h * before).sum(-1) / (h.norm(dim=-1) * before.norm(dim=-1)).clamp_min(1e-300)
                states.append((place, [float(h.norm(dim=-1).sum()), float((h - before).norm(dim=-1).sum()), float(cosine.sum())]))
                logits = h @ mixture.weight2.T
                experts = [(e.w1.weight, e.w2.weight, e.w3.weight) for e in mixture.experts]
            else:
                logits = x @ mixture.gate.weight.T
                up = mixture.experts.gate_up_proj
                half = up.shape[1] // 2
                experts = [(up[e, :half], mixture.experts.down_proj[e], up[e, half:]) for e in range(up.shape[0])]
            p = logits.softmax(-1)
            mine = p.topk(top).indices
            hot = torch.zeros_like(p).scatter(1, mine, 1)
            text["counts"].append(hot.sum(0).tolist())
            text["responseCounts"].append(hot[start:].sum(0).tolist())
            text["probabilities"].append(p.sum(0).tolist())
            choices.append(hot)
            logits_all[place].append(logits)
            for position in positions:
                inner = [torch.nn.functional.silu(w1 @ x[position]) for w1, _, _ in experts]
                outputs = torch.stack([w2 @ (a * (w3 @ x[position])) for a, (_, w2, w3) in zip(inner, experts)])
                unit = outputs / outputs.norm(dim=-1, keepdim=True)
                n = len(experts)
                cosines = unit @ unit.T
                samples[place].append({
                    "scores": p[position].tolist(), "norms": outputs.norm(dim=-1).tolist(),
                    "similarity": float((cosines.sum() - cosines.trace()) / (n * (n - 1))),
                    "active": sum(float((inner[e].abs() > ACTIVE).double().mean()) for e in mine[position].tolist()) / top})
        texts.append(text)
        chosen_of.append(choices)
    joint = [sum(c[place].T @ c[place + 1] for c in chosen_of).flatten() / top ** 2 for place in range(len(layers) - 1)]
    recurrent = [[sum(v[i] for place, v in states if place == l) for i in range(3)] for l in range(len(layers))] if states else []
    together = tuple(torch.cat(l) for l in logits_all)
    experts = together[0].shape[1]
    return {"layers": layers, "experts": experts, "chosen": top, "texts": texts, "joint": [j.tolist() for j in joint],
            "recurrent": recurrent, "samples": samples,
            "loss": {"pooled": float(load_balancing_loss_func(together, experts, top)),
                     "layers": [float(load_balancing_loss_func((l,), experts, top)) for l in together],
                     "sequences": [[float(load_balancing_loss_func((l,), experts, top)) for l in layer] for layer in logits_all]}}


def cosines(rows):
    rows = rows / rows.norm(dim=-1, keepdim=True)
    return rows @ rows.T


def likeness_of(model):
    """Of each layer's experts, by their weights: cosines of router rows, of mean neurons, of assigned neurons."""
    rows = []
    for layer in model.model.layers:
        mixture = getattr(layer.mlp, "block_sparse_moe", layer.mlp)
        router = mixture.weight2 if hasattr(mixture, "weight2") else mixture.gate.weight
        if hasattr(mixture.experts, "gate_up_proj"):
            up, down = mixture.experts.gate_up_proj, mixture.experts.down_proj
            half = up.shape[1] // 2
            weights = {"w1": up[:, :half], "w2": down.transpose(1, 2), "w3": up[:, half:]}
        else:
            weights = {name: torch.stack([getattr(e, name).weight if name != "w2" else e.w2.weight.T for e in mixture.experts])
                       for name in ("w1", "w2", "w3")}
        pairs = numpy.triu_indices(router.shape[0], 1)
        gates = cosines(router)[pairs]
        row = {"gate_row": float(gates.mean())}
        for name, neurons in weights.items():
            means = cosines(neurons.mean(1))[pairs]
            unit = neurons / neurons.norm(dim=-1, keepdim=True)
            best = []
            for a, b in zip(*pairs):
                table = (unit[a] @ unit[b].T).numpy()
                best.append(table[linear_sum_assignment(table, maximize=True)].mean())
            row[name] = {"averaged": float(means.mean()), "reordered": float(numpy.mean(best)),
                         "association": float(numpy.corrcoef(gates, means)[0, 1] ** 2)}
        rows.append(row)
    return rows


def responses(name, model, top):
    """Three responses to each of 14 prompts in three subsets: their routing, and what is said of it."""
    pool, generator, rows, ids_of = pool_of(name), random.Random(11), [], []
    for prompt in range(14):
        start = [generator.choice(pool) for _ in range(generator.randint(4, 9))]
        for _ in range(3):
            # Of a few of the tokens, so that responses differ in their routing.
            few = generator.sample(pool, 6)
            answer = [generator.choice(few) for _ in range(generator.randint(6, 40))]
            ids_of.append(start + answer)
            rows.append({"prompt": f"p{prompt}", "subset": "abc"[prompt % 3], "start": len(start), "tokens": len(answer),
                         "length": len(answer) * 5 + generator.randint(0, 20)})
    passes = run(model, ids_of)
    found = routing_of(model, passes, ids_of, top, [row["start"] for row in rows], [[] for _ in rows])
    for row, text, one in zip(rows, found["texts"], passes):
        row["counts"], row["all"], row["score"] = text["responseCounts"], text["counts"], float(one["score"][0].flatten()[-1])
    experts = found["experts"]
    counts = numpy.array([row["all"] for row in rows])
    lengths = numpy.array([row["start"] + row["tokens"] for row in rows])
    subsets = numpy.array([row["subset"] for row in rows])
    said = {**routing_reference.specialisation(counts, lengths, subsets, top), **routing_reference.fitted(rows, experts, 1),
            "particular": {name: particular(counts, lengths, subsets == name, top) for name in "abc"}}
    return {"sequences": ids_of, "rows": rows, **said}


def particular(counts, lengths, inside, top):
    """Layer and expert, both as places, of the five that add most to the divergence of some texts' choices from the others'."""
    p, q = (counts[some].sum(0) / lengths[some].sum() / top for some in (inside, ~inside))
    terms = numpy.where(p > q, rel_entr(p, (p + q) / 2) + rel_entr(q, (p + q) / 2), -1)
    order = numpy.argsort(-terms, axis=None, kind="stable")[:5]
    return numpy.transpose(numpy.unravel_index(order, terms.shape)).tolist()


def ranks_of(samples):
    """Of a layer's sampled tokens: the mean rank correlation of the router's scores with the norms of the experts' outputs, tokens by
    both ranks, and the share whose first choice has the largest norm."""
    table = numpy.zeros((len(samples[0]["scores"]), len(samples[0]["scores"])), int)
    for s in samples:
        for score, norm in zip(rankdata(-numpy.array(s["scores"])), rankdata(-numpy.array(s["norms"]))):
            table[int(score) - 1, int(norm) - 1] += 1
    return {"spearman": float(numpy.mean([spearmanr(s["scores"], s["norms"])[0] for s in samples])), "ranks": table.tolist(),
            "first": float(numpy.mean([numpy.argmax(s["scores"]) == numpy.argmax(s["norms"]) for s in samples]))}


result = {"responseStarts": STARTS, "samples": SAMPLES, "checkpoints": {}}
for name in ["qwen3", "mistral", "qwen3_moe", "rmoe", "gated_headwise", "gated_elementwise"]:
    model, all_ids = load(name), sequences(name)
    passes = run(model, all_ids)
    entry = {"sequences": all_ids}
    with torch.no_grad():
        entry["attention"] = attention_of(model, passes, all_ids)
        top = getattr(model.config, "num_experts_per_tok", None)
        if top:
            entry["routing"] = routing_of(model, passes, all_ids, top)
            experts = entry["routing"]["experts"]
            entry["routing"]["information"] = [
                routing_reference.information(numpy.reshape(joint, (experts, experts)), top) for joint in entry["routing"]["joint"]]
            entry["routing"]["likeness"] = likeness_of(model)
            entry["routing"]["outputs"] = [ranks_of(samples) for samples in entry["routing"]["samples"]]
            entry["responses"] = responses(name, model, top)
    result["checkpoints"][name] = entry
target.write_text(json.dumps(result) + "\n")
