"""Reward functions, their server, and the callback, called as trainers call them."""
import asyncio
import inspect
import os
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

import tare
from tare import _server

TALK = [{"role": "user", "content": "Why?"}]


@pytest.fixture(scope="module")
def reward(model):
    return tare.reward_func(model)


@pytest.fixture(scope="module")
def calibration():
    rows = [{"prompt": f"q{row // 2}", "response": "x" * (row * 37 % 200 + 1), "score": row * 37 % 200 / 50 + row % 3}
            for row in range(120)]
    return tare.Calibration.fit(rows, method="lowess", label="none")


def gone(pid):
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_rewards_are_the_scores(model, reward):
    completions = ["Because.", "", "x" * 300, "Because."]
    rows = [{"prompt": "Why?", "response": text} for text in completions]
    scores = tare.score(rows, model, progress=False).values
    # As TRL's trainers call it: every column of the dataset, and more, as keyword arguments.
    plain = reward(prompts=["Why?"] * 4, completions=completions, completion_ids=[[1]] * 4, answer=["y"] * 4, trainer_state=None)
    talks = reward(prompts=[TALK] * 4, completions=[[{"role": "assistant", "content": text}] for text in completions])
    assert plain == talks == scores.tolist()
    assert reward([], []) == []
    assert reward.__name__ == "tare_reward" and not inspect.iscoroutinefunction(reward.__call__)


def test_one_server_is_shared(model, reward):
    reward(["a"], ["b"])
    other = tare.reward_func(model)
    assert other(["a"], ["b"]) == reward(["a"], ["b"])
    assert other.client() is reward.client() and len(_server._shared) == 1
    assert tare.reward_func(url=reward.client().url)(["a"], ["b"]) == reward(["a"], ["b"])


def test_the_async_kind_is_awaited(model, reward):
    function = tare.async_reward_func(model)
    assert inspect.iscoroutinefunction(function.__call__)

    async def both():
        return await asyncio.gather(function(prompts=["a"], completions=["b"]), function(prompts=["a"], completions=["c"]))
    assert asyncio.run(both()) == [reward(["a"], ["b"]), reward(["a"], ["c"])]


def test_a_calibration_is_what_the_server_would_do(model, reward, calibration, tmp_path, recwarn):
    prompts, completions = ["Why?"] * 3, ["x", "x" * 90, "é" * 150]
    function = tare.reward_func(model, calibration=calibration)
    rewards = function(prompts, completions)
    (batch,) = function.batches
    assert batch.raw == reward(prompts, completions) and batch.calibrated == rewards and batch.lengths == [1, 90, 150]
    calibration.save(tmp_path / "c.json")
    assert tare.reward_func(model, calibration=tmp_path / "c.json")(prompts, completions) == rewards
    with tare.serve(model, calibration=tmp_path / "c.json") as server:
        talks = [{"messages": [*TALK, {"role": "assistant", "content": text}]} for text in completions]
        assert server.rewards(talks) == pytest.approx(rewards, abs=1e-6)
        assert server.is_calibrated
        with pytest.raises(tare.UsageError, match="one side"):
            tare.reward_func(url=server.url, calibration=calibration)(prompts, completions)
    assert not server.is_running


def test_metrics_are_logged_where_the_trainer_takes_them(model, calibration):
    logged = {}
    function = tare.reward_func(model, calibration=calibration)
    rewards = function(["a", "a"], ["b", "cc"], log_metric=logged.__setitem__)
    assert logged["tare/reward_calibrated"] == np.mean(rewards) and logged["tare/reward_raw"] == np.mean(function.batches[0].raw)


def test_a_conversation_that_cannot_be_scored_is_named(reward):
    with pytest.raises(tare.DataError, match="conversation 2, messages: ") as caught:
        reward([TALK, TALK], [[{"role": "assistant", "content": "y"}], [{"role": "user", "content": "y"}]])
    assert caught.value.row == 1
    with pytest.raises(tare.DataError, match="2 prompts and 1 completions"):
        reward(["a", "b"], ["c"])


def test_servers_that_are_not_there_are_told_of(model, monkeypatch):
    with pytest.raises(tare.UnavailableError, match="does not answer"):
        tare.reward_func(url="http://127.0.0.1:9")(["a"], ["b"])
    with pytest.raises(tare.DataError, match="address"):
        tare.reward_func(url="ftp://x")(["a"], ["b"])
    with pytest.raises(tare.DataError, match="no such file or folder"):
        tare.reward_func("/no/such/model")(["a"], ["b"])
    for arguments in ({}, {"model": model, "url": "http://x"}, {"url": "http://x", "head": "h"}):
        with pytest.raises(tare.UsageError):
            tare.reward_func(**arguments)
    monkeypatch.setenv("TARE_URL", "http://127.0.0.1:9")
    assert tare.reward_func().url == "http://127.0.0.1:9"


def test_a_server_that_died_is_started_again(model, reward):
    before = reward(["a"], ["b"])
    server = reward.client()
    server._process.kill()
    server._process.wait()
    with pytest.raises(tare.InternalError, match="ended"):
        server.rewards([{"messages": [*TALK, {"role": "assistant", "content": "y"}]}])
    assert reward(["a"], ["b"]) == before and reward.client() is not server


def test_functions_go_to_other_processes(model, reward, calibration):
    function = tare.reward_func(model, calibration=calibration)
    rewards = function(["a"], ["b"])
    assert pickle.loads(pickle.dumps(function))(["a"], ["b"]) == rewards


@pytest.mark.parametrize("end", ["sys.exit()", "raise ValueError", "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 2)"])
def test_the_server_ends_with_the_process(end, model):
    code = (f"import os, sys, tare\nf = tare.reward_func({str(model)!r})\nf(['a'], ['b'])\n"
            f"print(f.client()._process.pid, flush=True)\n{end}")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert gone(int(told.stdout))


def test_ctrl_c_in_a_terminal_does_not_end_the_server(model):
    server = tare.serve(model)
    # What the terminal tells is told to the group that is in front.
    assert os.getpgid(server._process.pid) != os.getpgid(0) != os.getpgid(server._guard.pid)
    assert server.is_running
    server.stop()
    assert not server.is_running
    server.stop()


def test_a_forked_process_leaves_the_server_alone(model, reward):
    reward(["a"], ["b"])
    child = os.fork()
    if child == 0:
        _server._stop_shared()
        os._exit(0)
    os.waitpid(child, 0)
    assert reward.client().is_running and reward(["a"], ["b"])


def test_evaluations_are_summed_up():
    pytest.importorskip("transformers")
    from tare._reward import Batch
    from tare._trl import summary
    lengths = [10, 20, 30, 40]
    numbers = summary([
        Batch(["p", "p"], [1.0, 2.0], [5.0, 5.5], lengths[:2], True),
        Batch(["q", "q"], [3.0, 4.0], [5.5, 5.0], lengths[2:], True)])
    assert numbers["reward_raw"] == 2.5 and numbers["reward_calibrated"] == 5.25 and numbers["mean_length"] == 25
    assert numbers["length_correlation_raw"] == pytest.approx(1) and numbers["length_correlation_within_prompt_raw"] == pytest.approx(1)
    assert numbers["length_correlation_within_prompt_calibrated"] == pytest.approx(0)
    assert numbers["best_of_1_raw"] == 2.5 and numbers["best_of_2_raw"] == 3 and numbers["best_of_2_calibrated"] == 5.5
    assert summary([]) == {}


def test_the_callback_logs_each_evaluation(model, calibration):
    pytest.importorskip("transformers")

    class Trainer:
        def __init__(self):
            self.model, self.logged = type("Model", (), {"training": True})(), []

        def log(self, numbers):
            self.logged.append(numbers)
    trainer = Trainer()
    function = tare.reward_func(model, calibration=calibration)
    callback = tare.TrlCallback(function, trainer)
    state = type("State", (), {"log_history": []})()
    function(["training"], ["is not counted"])
    trainer.model.training = False
    function(["a", "a"], ["b", "ccc"])
    metrics = {}
    callback.on_evaluate(None, state, None, metrics=metrics)
    (logged,) = trainer.logged
    assert logged == metrics and logged["eval_tare/mean_length"] == 2
    assert logged["eval_tare/best_of_2_calibrated"] == max(function(["a", "a"], ["b", "ccc"]))
    callback.on_evaluate(None, state, None, metrics={})
    callback.on_evaluate(None, state, None, metrics={})
    assert len(trainer.logged) == 2
    with pytest.raises(tare.UsageError, match="reward_func"):
        tare.TrlCallback(print)
