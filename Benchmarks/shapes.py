"""The shapes of models that speed is measured on, as torch runs them with random weights."""
import transformers

NAMES = ["smollm2-135m", "qwen3-0.6b"]


def torch_model(name):
    """A decoder without a head, in float32, ready to run."""
    if name == "smollm2-135m":
        model = transformers.LlamaModel(transformers.LlamaConfig(
            hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
            vocab_size=49152))
    else:
        model = transformers.Qwen3Model(transformers.Qwen3Config(
            hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16,
            num_key_value_heads=8, head_dim=128, vocab_size=151936))
    return model.eval()
