"""Reward functions for trainers."""
from __future__ import annotations

import collections
import dataclasses
import json
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

from . import _tables
from ._calibrate import Calibration
from ._errors import DataError, UsageError
from ._server import Client, shared, turns

# What a dataset may say of its rows' chat template.
_CONTEXT = ("tools", "documents", "chat_template_kwargs")


@dataclasses.dataclass(frozen=True)
class Batch:
    """The rewards of one call."""
    prompts: list[str]
    """What tells the prompts apart."""
    raw: list[float]
    calibrated: list[float] | None
    lengths: list[int]
    """Unicode characters of the responses."""
    is_evaluation: bool


class _Rewards:
    """What both kinds of reward functions share."""

    def __init__(
        self, model: str | os.PathLike[str] | None, calibration: Calibration | str | os.PathLike[str] | None,
        url: str | None, key: str | None, options: dict[str, Any],
    ) -> None:
        url = url or (os.environ.get("TARE_URL") if model is None else None)
        if (model is None) == (url is None):
            raise UsageError("expected either a model or the url of a server (or TARE_URL)")
        if url is not None and options:
            raise UsageError(f"expected {next(iter(options))} with a model, found it with the url of a server")
        if calibration is not None and not isinstance(calibration, Calibration):
            calibration = Calibration.load(calibration)
        self.model, self.calibration, self.url = model, calibration, url
        self._key, self._options = key, options
        self._client: Client | None = None
        self._lock = threading.Lock()
        # Trainers call this what they log.
        self.__name__ = "tare_reward"
        self.batches: collections.deque[Batch] = collections.deque(maxlen=4096)
        """The last calls, for `TrlCallback`."""
        self.is_training: Callable[[], bool] = _always

    def client(self) -> Client:
        """The server that is asked; started at the first call, and shared by all functions of the same model."""
        if self.url is None:
            return shared(self.model, self._options)
        with self._lock:
            if self._client is None:
                self._client = Client(self.url, key=self._key)
            return self._client

    def _rewarded(self, prompts: Sequence[Any], completions: Sequence[Any], columns: dict[str, Any]) -> list[float]:
        if len(prompts) != len(completions):
            found = f"{len(prompts)} prompts and {len(completions)} completions"
            raise DataError(f"expected as many completions as prompts, found {found}")
        conversations: list[dict[str, Any]] = [{"messages": messages} for messages in turns(prompts, completions)]
        for name in _CONTEXT:
            for conversation, value in zip(conversations, columns.get(name) or []):
                if value is not None:
                    conversation[name] = value
        client = self.client()
        raw = client.rewards(conversations)
        calibrated = None
        if self.calibration is not None and raw:
            if client.is_calibrated:
                raise UsageError("expected a calibration on one side, found that the server calibrates already")
            calibrated = _calibrated(self.calibration, prompts, conversations, raw)
        batch = Batch(
            [_name(prompt) for prompt in prompts], raw, calibrated, [_length(c["messages"][-1]) for c in conversations],
            not self.is_training())
        self.batches.append(batch)
        log_metric = columns.get("log_metric")
        if callable(log_metric) and raw:
            log_metric("tare/reward_raw", sum(raw) / len(raw))
            if calibrated is not None:
                log_metric("tare/reward_calibrated", sum(calibrated) / len(calibrated))
        return raw if calibrated is None else calibrated

    def __getstate__(self) -> dict[str, Any]:
        """Other processes start servers of their own, or ask the same url."""
        return self.__dict__ | {"_client": None, "_lock": None, "is_training": _always, "batches": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()
        self.batches = collections.deque(maxlen=4096)

    def __repr__(self) -> str:
        what = f"url={self.url!r}" if self.url else f"model={os.fspath(self.model or '')!r}"
        return f"{type(self).__name__}({what}, calibration={self.calibration!r})"


class RewardFunction(_Rewards):
    """What `reward_func` returns: called with `prompts` and `completions`, it gives their rewards."""

    def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float]:
        return self._rewarded(prompts, completions, columns)


class AsyncRewardFunction(_Rewards):
    """What `async_reward_func` returns: the same, to be awaited."""

    async def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float]:
        import asyncio
        return await asyncio.to_thread(self._rewarded, prompts, completions, columns)


def reward_func(
    model: str | os.PathLike[str] | None = None, *, calibration: Calibration | str | os.PathLike[str] | None = None,
    url: str | None = None, key: str | None = None, **options: Any,
) -> RewardFunction:
    """A reward function for TRL's GRPO and other trainers that call `f(prompts, completions, **columns)`:
    `GRPOTrainer(reward_funcs=[tare.reward_func("ORG/NAME", calibration="length.json")], …)`.

    The first call starts a `tare serve` on this machine, which all functions of the same model share, and which is
    stopped at the end. Prompts and completions are texts or lists of messages; the columns `tools`, `documents` and
    `chat_template_kwargs` of a dataset are handed to the chat template.

    Arguments:
        model: the reward model, as of `tare serve`.
        calibration: is applied to the rewards; the raw ones stay in `batches`.
        url: a server that runs already, in place of a model; or TARE_URL.
        key: what that server wants.
        options: every other option of `tare serve`, with _ for -: head="head.safetensors", precision="bfloat16".
    """
    return RewardFunction(model, calibration, url, key, options)


def async_reward_func(
    model: str | os.PathLike[str] | None = None, *, calibration: Calibration | str | os.PathLike[str] | None = None,
    url: str | None = None, key: str | None = None, **options: Any,
) -> AsyncRewardFunction:
    """As `reward_func`, for trainers that await their reward functions."""
    return AsyncRewardFunction(model, calibration, url, key, options)


def _calibrated(
    calibration: Calibration, prompts: Sequence[Any], conversations: Sequence[dict[str, Any]], raw: list[float],
) -> list[float]:
    """The rewards less their bias, by the program, which counts covariates on the texts itself."""
    names = [_name(prompt) for prompt in prompts]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    with _tables.folder() as folder:
        # JSON keeps each message's members as they are.
        file = folder / "rewards.jsonl"
        with open(file, "w", encoding="utf-8") as lines:
            for name, conversation, reward in zip(names, conversations, raw):
                row = {"prompt_id": numbers[name], "messages": conversation["messages"], "score": reward}
                lines.write(json.dumps(row) + "\n")
        values: list[float] = calibration.apply(file, score="score").table["calibrated"].to_pylist()
    return values


def _name(prompt: Any) -> str:
    return prompt if isinstance(prompt, str) else json.dumps(prompt, sort_keys=True, default=str)


def _length(message: Any) -> int:
    content = message.get("content")
    if isinstance(content, list):
        return sum(len(part.get("text") or "") for part in content if isinstance(part, dict))
    return len(content or "")


def _always() -> bool:
    return True
