#!/usr/bin/env bash
# mlflow-skinny 3.17.2: the file store cannot hold the metrics "accuracy" and "accuracy/chat" of one run, in whichever order.
#
# A slash in a metric's name is valid, and MLflow's pages group metrics by it. The file store writes one file for each metric
# and makes a folder of what stands before the slash, so a total and its parts exclude each other: the second is refused
# by an error of the operating system, which names a path in the store and not the rule. The error comes from log_metric, at
# the end of an evaluation, and only with this store. Name the total "accuracy/all". (The file store itself must now be
# allowed by MLFLOW_ALLOW_FILE_STORE=true.)
#
# Seen: NotADirectoryError one way, IsADirectoryError the other; "accuracy/all" and "accuracy/chat" go together.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mlflow-skinny==3.17.2
cd "$work"
"$work/venv/bin/python" - <<'P'
import os
import warnings

warnings.simplefilter("ignore")
import mlflow

print("mlflow", mlflow.__version__)
try:
    mlflow.MlflowClient(f"file:{os.getcwd()}/runs").create_experiment("refused")
except mlflow.exceptions.MlflowException as error:
    print(str(error).split(". ")[0][:150])
else:
    raise SystemExit("the file store needs no permission now")
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
client = mlflow.MlflowClient(f"file:{os.getcwd()}/runs")
experiment = client.create_experiment("rewards")

def log(*names):
    run = client.create_run(experiment).info.run_id
    try:
        for name in names:
            client.log_metric(run, name, 0.5)
    except OSError as error:
        return type(error).__name__
    return sorted(client.get_run(run).data.metrics)

first, last = log("accuracy", "accuracy/chat"), log("accuracy/chat", "accuracy")
both = log("accuracy/all", "accuracy/chat")
print("total first:", first, "total last:", last, "renamed:", both)
assert (first, last) == ("NotADirectoryError", "IsADirectoryError"), (first, last)
assert both == ["accuracy/all", "accuracy/chat"], both
P
