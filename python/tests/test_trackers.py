"""Results in the trackers themselves, without a network."""
import json

import numpy as np
import pytest

import tare


@pytest.fixture
def found(columns):
    rows = columns | {"subset": np.array(["easy: 1+1", "hard (2)"] * 100, dtype=object).repeat(1)}
    rows["subset"] = np.array(["easy: 1+1", "hard (2)"], dtype=object)[np.arange(200) // 2 % 2]
    return tare.evaluate(rows)


def test_wandb_gets_metrics_and_a_table(found, tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with pytest.raises(tare.UsageError, match="wandb.init"):
        found.log_to("wandb")
    with wandb.init(project="p", dir=tmp_path, mode="offline") as run:
        found.log_to("wandb")
        found.log_to(run, prefix="again/", step=5)
        # A step is finished by the next.
        run.log({}, step=6)
        assert run.summary["tare/accuracy"] == found.accuracy
        assert run.summary["again/accuracy_of/hard (2)"] == found.table[2]["raw"]
        assert "tare/evaluation" in dict(run.summary)


def test_mlflow_gets_metrics_and_the_json(found, tmp_path, monkeypatch):
    # mlflow-skinny has no database.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow = pytest.importorskip("mlflow")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    mlflow.create_experiment("e", artifact_location=f"file://{tmp_path}/artifacts")
    mlflow.set_experiment("e")
    with mlflow.start_run() as run:
        found.log_to("mlflow", step=3)
    client = mlflow.MlflowClient()
    metrics = client.get_run(run.info.run_id).data.metrics
    assert metrics["tare/accuracy"] == found.accuracy
    # MLflow takes neither colons nor brackets.
    assert metrics["tare/accuracy_of/hard _2_"] == found.table[2]["raw"]
    assert client.get_metric_history(run.info.run_id, "tare/accuracy")[0].step == 3
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/tare/evaluation.json") == json.loads(json.dumps(found.json))


def test_trackio_gets_metrics(found, tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path))
    trackio = pytest.importorskip("trackio")
    with pytest.raises(tare.UsageError, match="trackio.init"):
        found.log_to("trackio")
    seen = []
    run = trackio.init(project="p", embed=False)
    monkeypatch.setattr(type(run), "log", lambda self, metrics, step=None: seen.append((metrics, step)))
    found.log_to("trackio", step=2)
    monkeypatch.undo()
    trackio.finish()
    assert seen == [({f"tare/{name}": value for name, value in found.metrics().items()}, 2)]


def test_other_trackers_are_refused(found):
    for tracker in ("tensorboard", object()):
        with pytest.raises(tare.UsageError, match="expected 'wandb', 'mlflow', 'trackio'"):
            found.log_to(tracker)


def test_names_stay_apart_where_characters_are_replaced():
    from tare._trackers import _by_plain_names
    assert _by_plain_names({"a:b": 1.0, "a(b": 2.0, "é": 3.0}) == {"a_b": 1.0, "a_b_2": 2.0, "_": 3.0}
