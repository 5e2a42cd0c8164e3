"""A callback for TRL's trainers; it needs transformers."""
from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from ._calibrate import calibrate
from ._errors import UsageError
from ._rank import best_of_n
from ._results import finite
from ._reward import Batch, _Rewards


class TrlCallback(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Logs at each evaluation what the rewards of its completions were: their mean, raw and calibrated, their rank
    correlation with length, and the expected reward of the best of n.

    Arguments:
        reward: the function that the trainer has, of `tare.reward_func` or `tare.async_reward_func`.
        trainer: logs the numbers, wherever its `report_to` says, as TRL's own callbacks do
            (`trainer.add_callback(tare.TrlCallback(reward, trainer))`). Without one they go into the evaluation's
            metrics and the trainer's log history alone.
        prefix: is put before each name.

    With several processes each logs what it has seen, of which trainers show that of the first.
    """

    def __init__(self, reward: _Rewards, trainer: Any = None, prefix: str = "eval_tare/") -> None:
        if not isinstance(reward, _Rewards):
            raise UsageError(f"expected what tare.reward_func gives, found {type(reward).__name__}")
        self.reward, self.trainer, self.prefix = reward, trainer, prefix
        if trainer is not None:
            self._watch(trainer.model)

    def _watch(self, model: Any) -> None:
        if model is not None:
            self.reward.is_training = lambda: bool(model.training)

    def on_init_end(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self._watch(model)

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self._watch(model)

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        batches = [batch for batch in self.reward.batches if batch.is_evaluation]
        self.reward.batches.clear()
        numbers = {self.prefix + name: value for name, value in summary(batches).items()}
        if not numbers:
            return
        if self.trainer is not None:
            self.trainer.log(numbers)
        elif state.log_history:
            state.log_history[-1].update(numbers)
        if metrics is not None:
            metrics.update(numbers)


def summary(batches: list[Batch]) -> dict[str, float]:
    """The numbers of the completions of one evaluation."""
    prompts = [prompt for batch in batches for prompt in batch.prompts]
    lengths = [length for batch in batches for length in batch.lengths]
    scores = {"raw": [reward for batch in batches for reward in batch.raw]}
    if batches and all(batch.calibrated is not None for batch in batches):
        scores["calibrated"] = [reward for batch in batches for reward in batch.calibrated or []]
    if not prompts:
        return {}
    numbers: dict[str, Any] = {"mean_length": sum(lengths) / len(lengths)}
    for kind, values in scores.items():
        table = {"prompt_id": prompts, "score": values, "length": lengths}
        numbers[f"reward_{kind}"] = sum(values) / len(values)
        # A penalty of none: what is wanted is how score and length go together.
        found = calibrate(table, score="score", label="none", method="penalty", coefficient=0).parts[0]["before"]
        numbers[f"length_correlation_{kind}"] = (found.get("pooled") or {}).get("rank_correlation")
        numbers[f"length_correlation_within_prompt_{kind}"] = (found.get("within_prompt") or {}).get("rank_correlation")
        for row in best_of_n(table, score="score", label="none").table:
            numbers[f"best_of_{row['n']}_{kind}"] = row.get("score")
    return finite(numbers)
