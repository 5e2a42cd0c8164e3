"""Tiny rerankers as sentence-transformers saves them, a language model with LLaMA-Factory's value head beside it, and what
CrossEncoder.predict and the value head give. Each folder has a reference.json: pairs of prompt and response, `raw` scores
(activation_fn=Identity) and `published` ones (as the folder says).

  pip install torch==2.15.0 transformers==5.23.0 sentence-transformers==6.2.0 tokenizers safetensors
  python rerankers.py
"""
import json, os, shutil, tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import save_file
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Transformer
from sentence_transformers.cross_encoder.modules import LogitScore
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification,
                          logging)

logging.set_verbosity_error()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rerankers")
SPECIAL = ["<pad>", "<|im_start|>", "<|im_end|>", "<sep>"]
PAIRS = [("What is two and two?", "Four."), ("What is two and two?", "Five, I think;\nor {six}?"), ("Name a colour", "Blau — für mich"),
         ("", "nothing was asked")]
ROLES = ("{%- for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
         "{%- if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
PARTS = ("{%- for m in messages %}<|im_start|>{{ m['role'] }}\n{% for part in m['content'] %}{% if part['type'] == 'text' %}"
         "{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}")
USERS = "{%- for m in messages %}{% if m['role'] in ['user', 'assistant'] %}[{{ m['role'] }}] {{ m['content'] }}\n{% endif %}{% endfor %}"
CONFIG = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
              head_dim=8, max_position_embeddings=512, pad_token_id=0, bos_token_id=1, eos_token_id=2, num_labels=1)


def tokenizer(template):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {t: i for i, t in enumerate(SPECIAL + alphabet + ["ye", "yes", "no"])}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[("y", "e"), ("ye", "s"), ("n", "o")]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(
        single="$A", pair="$A <sep> $B", special_tokens=[("<sep>", SPECIAL.index("<sep>"))])
    core.add_special_tokens(SPECIAL)
    made = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="<|im_end|>", model_max_length=256)
    made.chat_template = template
    return made


def filled(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, value in sorted(model.named_parameters()):
        random = torch.randn(value.shape, generator=generator)
        value.data = 1 + 0.2 * random if value.dim() == 1 else random * (1.5 / value.shape[-1] ** 0.5)
    return model


def backbone(cls, template, seed):
    folder = tempfile.mkdtemp()
    tokens = tokenizer(template)
    filled(cls(Qwen3Config(vocab_size=len(tokens), tie_word_embeddings=False, **CONFIG)), seed).save_pretrained(folder)
    tokens.save_pretrained(folder)
    return folder


def tidy(folder):
    for name in ["README.md", "generation_config.json"]:
        if os.path.exists(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))


def write(folder, **content):
    content = {"pairs": PAIRS, **content}
    with open(os.path.join(folder, "reference.json"), "w") as file:
        file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items()) + "\n}\n")


def saved(name, model, note):
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    tidy(folder)
    fresh = CrossEncoder(folder, device="cpu", model_kwargs={"dtype": torch.float32, "attn_implementation": "eager"})
    raw, published = (
        [float(fresh.predict([pair], **more)[0]) for pair in PAIRS]
        for more in ({"activation_fn": torch.nn.Identity()}, {}))
    write(folder, raw=raw, published=published, note=note)
    print(name, [round(v, 4) for v in raw], [round(v, 4) for v in published])


def classifier(name, template, seed, note, **more):
    saved(name, CrossEncoder(backbone(Qwen3ForSequenceClassification, template, seed), device="cpu", **more), note)


def language_model(name, seed, note, false=True, **more):
    folder = backbone(Qwen3ForCausalLM, ROLES, seed)
    if false:
        model = CrossEncoder(folder, device="cpu", **more)
    else:
        transformer = Transformer(folder, transformer_task="text-generation")
        model = CrossEncoder(modules=[transformer, LogitScore(transformer.tokenizer.convert_tokens_to_ids("yes"))],
                             device="cpu", **more)
    saved(name, model, note)


def value_head():
    """As LLaMA-Factory saves a reward model: the language model whole, the head in value_head.safetensors."""
    folder = os.path.join(ROOT, "value_head")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(backbone(Qwen3ForCausalLM, ROLES, 5), folder)
    tidy(folder)
    generator = torch.Generator().manual_seed(6)
    weight, bias = torch.randn(1, 16, generator=generator), torch.randn(1, generator=generator)
    save_file({"v_head.summary.weight": weight, "v_head.summary.bias": bias}, os.path.join(folder, "value_head.safetensors"))
    model = Qwen3ForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = tokenizer(ROLES)
    scores = []
    for prompt, response in PAIRS:
        text = tokens.apply_chat_template([{"role": "user", "content": prompt}, {"role": "assistant", "content": response}],
                                          tokenize=False)
        ids = torch.tensor([tokens(text, add_special_tokens=False)["input_ids"]])
        with torch.inference_mode():
            state = model.model(ids).last_hidden_state[0, -1]
        scores.append(float(weight[0] @ state + bias[0]))
    write(folder, raw=scores, note="LLaMA-Factory's value head, at the last token.")
    print("value_head", scores)


classifier("classifier", ROLES, 1, "Roles query and document; the sigmoid that a model of one label has.")
classifier("identity", ROLES, 2, "Its own activation is the identity.", activation_fn=torch.nn.Identity())
classifier("prompted", ROLES, 3, "A prompt of its own stands before each pair, as a system message.",
           prompts={"web": "Judge the document."}, default_prompt_name="web")
classifier("parts", PARTS, 4, "Contents as lists of parts.")
classifier("pair", None, 7, "No template: the two texts of a pair, as the tokenizer joins them.")
language_model("logits", 8, "A language model: the logit of yes less that of no (1_LogitScore).")
language_model("one_logit", 9, "The logit of yes alone, and no activation.", false=False, activation_fn=torch.nn.Identity())
value_head()
