"""Tiny models that read two responses together, and what the published code makes of them: a pair-preference language model
(RLHFlow's, after rewardbench/models/slicpairpm.py) and PairRM (rewardbench/models/pairrm.py). Each folder has a
reference.json: `rows` of a conversation and two responses; for both orders the token ids, and the scores of the response
shown first and of the other, in float64 over the stored weights.

  pip install torch==2.15.0 transformers==5.23.0 tokenizers safetensors
  python pairs.py
"""
import json, os, shutil, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import steps
from steps import AutoTokenizer, LlamaConfig, LlamaForCausalLM, SIZES, digits, edit, fill, load_file, nn, opened, save_file, torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

steps.ROOT = os.path.join(HERE, "pairs")
USER = lambda text: {"role": "user", "content": text}
ASSISTANT = lambda text: {"role": "assistant", "content": text}
ROWS = [([USER("Which is a prime, 7 or 8?")], "Seven is.", "Eight: 8 = 2 * 4,\nso it is."),
        ([USER("Hi"), ASSISTANT("Hello.\n"), USER("Nommez une couleur — deux.")], "Bleu", "Rouge et bleu, A ou B."),
        ([USER("Same?")], "Yes.", "Yes.")]


def write(folder, rows, note):
    for row in rows:
        row["scores"] = digits(row["scores"])
    with open(os.path.join(folder, "reference.json"), "w") as file:
        file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in
                                      {"note": note, "rows": rows}.items()) + "\n}\n")
    print(os.path.basename(folder), [r["scores"] for r in rows])


def slic():
    tokens = steps.tokenizer()
    config = LlamaConfig(vocab_size=len(tokens), **SIZES)
    folder, tokens = opened("slic", tokens, fill(LlamaForCausalLM(config), "slic").save_pretrained)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    other = AutoTokenizer.from_pretrained(folder)
    other.chat_template = ("\n{% for message in messages %}{% if loop.index0 % 2 == 0 %}\n\n<turn> user\n {{ message['content'] }}"
                           "{% else %}\n\n<turn> assistant\n {{ message['content'] }}{% endif %}{% endfor %}\n\n\n")
    labels = [tokens.encode(label, add_special_tokens=False) for label in "AB"]
    assert all(len(label) == 1 for label in labels)
    rows = []
    for prompt, *responses in ROWS:
        context = other.apply_chat_template(prompt, tokenize=False)
        ids, scores = [], []
        for a, b in [responses, responses[::-1]]:
            text = f"[CONTEXT] {context} [RESPONSE A] {a} [RESPONSE B] {b} \n"
            rendered = tokens.apply_chat_template([USER(text)], tokenize=False).replace(tokens.bos_token, "")
            ids.append(tokens.encode(rendered, add_special_tokens=False))
            with torch.inference_mode():
                scores.append(model(torch.tensor([ids[-1]])).logits[0, -1, [labels[0][0], labels[1][0]]].tolist())
        rows.append({"messages": prompt, "responses": responses, "ids": ids, "scores": scores})
    write(folder, rows, "Logits of A and B at the last token.")


MARKS = ["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"]


def pair_tokenizer():
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"] + MARKS
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(special + alphabet + ["is"])}, merges=[("i", "s")]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    core.add_special_tokens(special)
    return PreTrainedTokenizerFast(tokenizer_object=core, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
                                   unk_token="[UNK]", model_max_length=2048)


class PairRM(nn.Module):
    """The class of the published model, for inference."""
    def __init__(self, config):
        super().__init__()
        self.config, h = config, config.hidden_size
        self.pretrained_model = DebertaV2Model(config)
        self.head_layer = nn.Sequential(nn.Dropout(0), nn.Linear(2 * h, h), nn.Tanh(), nn.Dropout(0), nn.Linear(h, config.n_tasks))

    def forward(self, ids):
        states = self.pretrained_model(torch.tensor([ids])).last_hidden_state[0]
        at = lambda mark: states[ids.index(mark)]
        source, left, right = (at(m) for m in (self.config.source_prefix_id, self.config.cand1_prefix_id, self.config.cand2_prefix_id))
        return [float(self.head_layer(torch.cat([source, one])).mean()) for one in (left, right)]


def pairrm():
    tokens = pair_tokenizer()
    ids_of = {name: tokens.convert_tokens_to_ids(mark) for name, mark in
              zip(["source_prefix_id", "cand1_prefix_id", "cand2_prefix_id", "cand_prefix_id"], MARKS)}
    config = DebertaV2Config(
        vocab_size=len(tokens), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=512, relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm",
        share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0, pad_token_id=0,
        n_tasks=2, drop_out=0.05, sep_token_id=2, **ids_of)

    def save(folder):
        model = fill(PairRM(config), "pairrm")
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, os.path.join(folder, "model.safetensors"),
                  metadata={"format": "pt"})
        config.save_pretrained(folder)
        edit(folder, architectures=["DebertaV2PairRM"])
    folder, tokens = opened("pairrm", tokens, save)
    model = PairRM(config)
    model.load_state_dict(load_file(os.path.join(folder, "model.safetensors")))
    model = model.double().eval()
    long = ("word " * 400).strip()
    rows = []
    for prompt, *responses in ROWS + [([USER("Say much. " + "More! " * 200)], "Little.", long)]:
        ids, scores = [], []
        for a, b in [responses, responses[::-1]]:
            conversations = [prompt + [ASSISTANT(a)], prompt + [ASSISTANT(b)]]
            x = conversations[0]
            source = ("Finish the following coversation in each i-th turn by filling in <Response i> with your response." + "\n".join(
                "USER: " + x[i]["content"] + f"\nAssistant: <Response {i // 2 + 1}>" for i in range(0, len(x), 2)))
            candidates = ["\n".join(f"<Response {i // 2 + 1}>: " + x[i]["content"] for i in range(1, len(x), 2))
                          for x in conversations]
            own = tokens.encode("<|source|>" + source, max_length=1224, truncation=True)
            most = (1224 + 2 * 412 - len(own)) // 2
            for mark, candidate in zip(MARKS[1:], candidates):
                own = own + tokens.encode(mark + candidate, max_length=most, truncation=True)
            ids.append(own)
            with torch.inference_mode():
                scores.append(model(own))
        rows.append({"messages": prompt, "responses": responses, "ids": ids, "scores": scores})
    write(folder, rows, "Scores of both responses; the class's logit is their difference.")


def steamshp():
    """The model card of SteamSHP-flan-t5: the logits of A and B as the decoder's first token."""
    pieces = sorted({c for row in ROWS for text in row[1:] for c in text} | set("POST:RESPONSEABWhichresponsebettr?.-78wordlk "))
    pieces = ["▁"] + [c for c in pieces if not c.isspace()] + ["▁A", "▁B", "▁is", "er"]
    core = Tokenizer(models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] +
                                    [(p, -2.0 - 0.01 * i - (len(p) == 1) * 2) for i, p in enumerate(pieces)], unk_id=2))
    core.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    core.decoder = decoders.Metaspace()
    core.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    core.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokens = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
                                     model_max_length=512)
    config = T5Config(vocab_size=len(tokens), d_model=16, d_kv=6, d_ff=24, num_layers=2, num_heads=2, pad_token_id=0,
                      eos_token_id=1, decoder_start_token_id=0, feed_forward_proj="gated-gelu")
    folder, tokens = opened("steamshp", tokens, fill(T5ForConditionalGeneration(config), "steamshp").save_pretrained)
    model = T5ForConditionalGeneration.from_pretrained(folder, dtype=torch.float64).eval()
    labels = [tokens(label)["input_ids"][0] for label in "AB"]
    rows = []
    for prompt, *responses in [ROWS[0], ROWS[2], ([USER("Why?\nSay.")], "Because.", "A word.\n\nOr two.")]:
        ids, scores = [], []
        for a, b in [responses, responses[::-1]]:
            text = f"POST: {prompt[0]['content']} \n\n RESPONSE A: {a}\n\n RESPONSE B: {b}\n\n Which response is better? RESPONSE"
            ids.append(tokens(text)["input_ids"])
            with torch.inference_mode():
                out = model(input_ids=torch.tensor([ids[-1]]), decoder_input_ids=torch.tensor([[0]]))
            scores.append(out.logits[0, -1, labels].tolist())
        rows.append({"messages": prompt, "responses": responses, "ids": ids, "scores": scores})
    write(folder, rows, "Logits of A and B as the decoder's first token.")


if __name__ == "__main__":
    slic()
    pairrm()
    steamshp()
