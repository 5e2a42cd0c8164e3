"""CPU shim for verl 0.5.0 (on PYTHONPATH, so that Ray's workers get it too). It changes device plumbing alone: no
rollout, reward, advantage, loss or optimiser code of verl is replaced.

1. verl.utils.device.get_nccl_backend raises without CUDA: here it says "gloo".
2. torch.distributed.init_process_group("cpu:gloo,cpu:gloo"), which follows from 1 and names the device twice: "gloo".
3. torch.cpu has no memory counters, which verl logs, nor empty_cache and get_device_name: zeros, nothing, "cpu".
4. The trainer of verl 0.5.0 repeats each prompt rollout.n times, while HFRollout still asks generate for
   num_return_sequences=n, n * n responses in all, and the batches do not fit: HFRollout is told n=1.
"""
import importlib.abc
import importlib.util
import sys


def _device(module):
    import torch
    module.get_nccl_backend = lambda: "gloo"
    zero = lambda *args, **kwargs: 0
    for name in ("memory_allocated", "memory_reserved", "max_memory_allocated", "max_memory_reserved"):
        setattr(torch.cpu, name, zero)
    torch.cpu.mem_get_info = lambda *args, **kwargs: (0, 0)
    torch.cpu.empty_cache = lambda: None
    torch.cpu.get_device_name = lambda *args: "cpu"
    import torch.distributed as dist
    original = dist.init_process_group

    def init_process_group(backend=None, *args, **kwargs):
        return original("gloo" if backend == "cpu:gloo,cpu:gloo" else backend, *args, **kwargs)
    dist.init_process_group = init_process_group


def _hf_rollout(module):
    original = module.HFRollout.__init__

    def __init__(self, module, config):
        from omegaconf import OmegaConf
        config = OmegaConf.create(OmegaConf.to_container(config, resolve=True))
        config.n = 1
        original(self, module, config)
    module.HFRollout.__init__ = __init__


def _openrlhf(module):
    """OpenRLHF 0.5.9: "cuda" is "cpu", and an import of flash_attn for ring attention, which is not used."""
    import types
    import torch
    for name in ("flash_attn", "flash_attn.utils", "flash_attn.utils.distributed"):
        sys.modules.setdefault(name, types.ModuleType(name))
        sys.modules[name].__path__ = []
        sys.modules[name].__spec__ = importlib.util.spec_from_loader(name, None)
    sys.modules["flash_attn.utils.distributed"].all_gather = None
    torch.cuda.current_device = lambda: 0
    torch.cuda.set_device = lambda *args: None
    torch.cuda.synchronize = lambda *args: None
    to = torch.Tensor.to

    def cpu(value):
        # As a bool is an int, and a dtype or a tensor stays.
        if type(value) is int or (isinstance(value, str) and value.startswith("cuda")):
            return "cpu"
        if isinstance(value, torch.device) and value.type == "cuda":
            return torch.device("cpu")
        return value

    def mapped(self, *args, **kwargs):
        return to(self, *map(cpu, args[:1]), *args[1:], **{name: cpu(value) for name, value in kwargs.items()})
    torch.Tensor.to = mapped


PATCHES = {"openrlhf": _openrlhf, "verl.utils.device": _device, "verl.workers.rollout.hf_rollout": _hf_rollout}


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in PATCHES:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            PATCHES[name](module)
        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, _Finder())
