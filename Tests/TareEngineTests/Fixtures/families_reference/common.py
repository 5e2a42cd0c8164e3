"""What all cases share: random weights, saving, loading back, the exact reference and the check that a switch matters."""
import json, os, shutil, tempfile, zlib
import torch
from safetensors.torch import load_file, save_file
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForSequenceClassification, logging

logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(1)
ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "families")
LENGTHS = (1, 5, 41, 150)
READ = (0, 2, 16, 40, 63, 64, 149)
BF16, F16, F32 = torch.bfloat16, torch.float16, torch.float32
# Every model is this small, and none has dropout.
SMALL = dict(vocab_size=64, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5, num_labels=1,
             pad_token_id=0, bos_token_id=1, eos_token_id=2)


def generator(name):
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def fill(model, name, about=None):
    """Random weights, by name: norms around 1 (around 0 where the model adds 1), biases and matrices far from zero."""
    g = generator(name)
    if about is None:
        about = 0.0 if "Gemma" in type(model).__name__ else 1.0
    for key, p in sorted(model.named_parameters()):
        r = torch.randn(p.shape, generator=g)
        if "norm" in key.lower() and p.dim() == 1:
            value = about + 0.25 * r if key.endswith("weight") else 0.3 * r
        elif p.dim() == 1:
            value = 0.4 * r
        elif "embed" in key and "rel_" not in key:
            value = r
        else:
            peaked = any(part in key for part in ("q_proj", "k_proj", "qkv", "query", "key_proj"))
            value = r * (1.8 if peaked else 1.2) / p.shape[-1] ** 0.5
        p.data.copy_(value)
    return model.eval()


def sequences(name, vocabulary=64, lengths=LENGTHS, first=3):
    g = generator(name + " ids")
    return [torch.randint(first, vocabulary, (n,), generator=g).tolist() for n in lengths]


def settled(name, margin, vocabulary=64):
    """Sequences in which no token stands so near the edge between two experts that rounding could choose. `margin` gives
    the least difference between the last probability chosen and the first that is not."""
    for salt in range(40):
        ids = sequences(f"{name} {salt}", vocabulary)
        if all(margin(s) > 2e-5 for s in ids):
            return ids
    raise ValueError(name)


def positions_of(ids):
    return sorted({i for i in READ if i < len(ids)} | {len(ids) - 1})


class Exact(TorchFunctionMode):
    """Turns transformers' own casts to float32 (norms, softmax, routers) into float64, save in rotary tables: these stay
    float32 as transformers makes them, since they are a part of what a model is, not of its rounding."""
    rotary = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if not Exact.rotary:
            if function is torch.Tensor.float:
                function = torch.Tensor.double
            args = tuple(torch.float64 if a is torch.float32 else a for a in args)
            kwargs = {k: torch.float64 if v is torch.float32 else v for k, v in kwargs.items()}
        return function(*args, **kwargs)


def enter(*_): Exact.rotary += 1
def leave(*_): Exact.rotary -= 1


def exact(model):
    model = model.double()
    for module in model.modules():
        if "RotaryEmbedding" in type(module).__name__:
            module.register_forward_pre_hook(enter)
            module.register_forward_hook(leave)
    return model


def ordinary(model, x, **more):
    """The states after the final norm and the head's outputs of a ...ForSequenceClassification."""
    body = getattr(model, model.base_model_prefix)
    return body(x, **more).last_hidden_state[0], model(x, **more).logits[0]


def load(folder, cls=AutoModelForSequenceClassification):
    return cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                               experts_implementation="eager").eval()


def run(fresh, ids, run_model=ordinary, more=None, double=True):
    """One sequence by a fresh model, since dynamic rotary frequencies remember longer sequences."""
    x = torch.tensor([ids])
    more = {k: torch.tensor([v]) for k, v in (more or {}).items()}
    with torch.inference_mode():
        if double:
            with torch.device("cpu"):
                model = exact(fresh())
            with Exact():
                return run_model(model, x, **more)
        return run_model(fresh(), x, **more)


def digits(values):
    if isinstance(values, torch.Tensor):
        values = values.tolist()
    return [digits(v) for v in values] if isinstance(values, list) else float(f"{values:.8g}")


def worst(a, b):
    return max(float((x.double() - y.double()).abs().max()) for x, y in zip(a, b))


def read_position(ids, pad):
    """Where a transformers 5 sequence classifier reads: the rightmost token that is not padding, 0 where all are."""
    if pad is None:
        return len(ids) - 1
    return max([i for i, t in enumerate(ids) if t != pad], default=0)


def reference(folder, fresh, ids, run_model=ordinary, more=None, read_at=None, note="", extra=None, hidden=True,
              limit=2e-4):
    """Writes reference.json and gives back the states at all positions and the scores, in float64."""
    more = more or [None] * len(ids)
    double = [run(fresh, s, run_model, m) for s, m in zip(ids, more)]
    single = [run(fresh, s, run_model, m, double=False) for s, m in zip(ids, more)]
    at = [positions_of(s) for s in ids]
    states = [d[0][p] for d, p in zip(double, at)]
    scores = [d[1] for d in double]
    deviation = max(worst(states, [s[0][p] for s, p in zip(single, at)]), worst(scores, [s[1] for s in single]))
    assert all(s.dtype == torch.float64 for s in states + scores), folder
    # The float32 result must be near enough that it can be a bound, and the states far from nothing.
    assert deviation < limit, (folder, deviation)
    assert all(float(s.abs().mean()) > 0.05 for s in states), folder
    if read_at is None:
        pad = json.load(open(os.path.join(folder, "config.json"))).get("pad_token_id")
        read_at = [read_position(s, pad) for s in ids]
    content = {"sequences": ids, "positions": at, "hidden": digits([s.tolist() for s in states]),
               "deviation": float(f"{deviation:.3g}"), "scores": digits([s.tolist() for s in scores]),
               "readAt": read_at, "note": note, **(extra or {})}
    if not hidden:
        del content["hidden"], content["positions"]
    write_json(os.path.join(folder, "reference.json"), content)
    return [d[0] for d in double], scores


def write_json(path, content):
    """One key a line, so that a change is a line in a diff."""
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items()]
    with open(path, "w") as f:
        f.write("{\n" + ",\n".join(lines) + "\n}\n")


def folder_of(name):
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def edit_config(folder, change):
    path = os.path.join(folder, "config.json")
    config = json.load(open(path))
    config = change(config) or config
    with open(path, "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")


def edit_tensors(folder, change):
    path = os.path.join(folder, "model.safetensors")
    tensors = load_file(path)
    tensors = change(tensors) or tensors
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, metadata={"format": "pt"})


def old_spelling(config):
    """rope_theta, rope_scaling and torch_dtype, as folders saved before transformers 5 have them."""
    rope = dict(config.pop("rope_parameters"))
    config["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    config["rope_scaling"] = None if kind == "default" else {"rope_type": kind, **rope}
    if "dtype" in config:
        config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.44.0"


def older_spelling(config):
    """The same with `type` for `rope_type`, as before transformers 4.43."""
    old_spelling(config)
    scaling = config["rope_scaling"]
    if scaling:
        config["rope_scaling"] = {"type": scaling.pop("rope_type"), **scaling}


def changed(folder, change, loader=load):
    """The same weights with another configuration, from a folder of their own."""
    other = tempfile.mkdtemp()
    for name in os.listdir(folder):
        shutil.copy(os.path.join(folder, name), other)
    edit_config(other, lambda config: (config.update(change), None)[1])
    return lambda: loader(other)


def must_matter(name, fresh, ids, states, run_model=ordinary, more=None, least=0.02):
    """Fails where the outputs without a switch are those with it."""
    more = more or [None] * len(ids)
    other = [run(fresh, s, run_model, m)[0] for s, m in zip(ids, more)]
    difference = worst(other, states)
    assert difference > least, (name, "a switch that changes nothing", difference)


def case(name, cls, config, dtype=BF16, spelling=None, edit=None, tensors=None, without=(), note="", ids=None,
         about=None, fill_more=None):
    """A folder of its own: the model with random weights saved, loaded back, run, and each switch of it proved.
    `without` lists configuration changes, each of which must change the result."""
    folder = folder_of(name)
    model = fill(cls(config), name, about)
    if fill_more:
        fill_more(model)
    model.to(dtype).save_pretrained(folder)
    if tensors:
        edit_tensors(folder, tensors)
    ids = ids or sequences(name, config.vocab_size)
    if spelling:
        before = [run(lambda: load(folder), s, double=False) for s in ids]
        edit_config(folder, spelling)
        after = [run(lambda: load(folder), s, double=False) for s in ids]
        assert all(torch.equal(a[0], b[0]) for a, b in zip(before, after)), (name, "spellings differ")
    if edit:
        edit_config(folder, edit)
    states, scores = reference(folder, lambda: load(folder), ids, note=note)
    for change in without:
        # Two kinds of gelu are near each other, though far outside of float32's rounding.
        least = 2e-4 if str(change.get("hidden_act", "")).startswith("gelu") else 0.02
        must_matter((name, change), changed(folder, change), ids, states, least=least)
    return folder, ids, states, scores
