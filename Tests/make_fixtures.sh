#!/usr/bin/env bash
# Makes the reference values of the tests again, each by the script that stands beside it, in a Python environment of
# its own with the versions that made them. Needs network and, for SmolLM2's states, `make model`.
set -euo pipefail
cd "$(dirname "$0")"
tests=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 scikit-learn==1.9.1 torch==2.15.0 \
  transformers==5.23.0 accelerate gguf==0.19.0 safetensors==0.8.0 tokenizers==0.23.3 sentencepiece==0.2.3 jinja2==3.1.6 peft==0.21.2
python="$work/venv/bin/python"

make_in() { (cd "$tests/$1/Fixtures" && shift && "$@"); }

make_in TareCoreTests bash -c "'$python' text_covariates.py > text_covariates.json"
pairs="$tests/../../shared/data/preferences/dev.jsonl"
if [ -e "$pairs" ]; then
  make_in TareCoreTests bash -c "'$python' text_covariates.py '$pairs' > text_covariates_dev.json"
fi
make_in TareCalibrationTests "$python" lowess.py
make_in TareCalibrationTests "$python" lowess_errors.py
if command -v Rscript >/dev/null; then
  make_in TareCalibrationTests Rscript lowess.R
else
  echo "Rscript is missing (Debian: r-base-core): lowess_r_*.csv and loess_r_*.csv stay as they are"
fi
make_in TareCalibrationTests "$python" association.py
make_in TareCalibrationTests "$python" calibrators.py
make_in TareCalibrationTests bash -c "'$python' simultaneous.py > simultaneous.json"
make_in TareEvaluationTests "$python" reference.py
make_in TareEvaluationTests "$python" statistics_reference.py
make_in TareEvaluationTests "$python" roc_area_reference.py
make_in TareEvaluationTests "$python" length_control.py
make_in TareEvaluationTests bash -c "'$python' rankings_reference.py > rankings.json"
make_in TareEvaluationTests bash -c "'$python' clips_reference.py > clips.json"
make_in TareEvaluationTests "$python" judgebench_reference.py
make_in TareEvaluationTests "$python" ppe_reference.py
make_in TareInspectionTests "$python" routing_reference.py
# rewardbench's own dependencies are not needed for its arithmetic.
python3 -m venv "$work/rewardbench"
"$work/rewardbench/bin/pip" install --quiet --no-deps rewardbench==0.1.4
"$work/rewardbench/bin/pip" install --quiet numpy==2.4.6 pandas==3.1.1 datasets==5.2.0
make_in TareEvaluationTests "$work/rewardbench/bin/python" rewardbench_reference.py
make_in TareTemplatesTests bash -c "'$python' snippets.py > snippets.jsonl"
make_in TareServerTests bash -c "'$python' requests.py > requests.jsonl"
make_in TareTemplatesTests bash -c "'$python' interpreter.py > interpreter.jsonl"
make_in TareTemplatesTests bash -c "'$python' conversations.py > conversations.jsonl"
make_in TareTokenizersTests "$python" make_fixtures.py
make_in TareTokenizersTests "$python" make_tokenizers.py
make_in TareTokenizersTests "$python" make_folders.py
make_in TareTokenizersTests "$python" make_sentencepiece.py
make_in TareTrainingTests "$python" bradley_terry.py bradley_terry.json
make_in TareTrainingTests bash -c "'$python' adam.py > adam.json"
make_in TareEngineTests "$python" families.py
make_in TareEngineTests "$python" blocks_reference.py blocks.gguf blocks_reference.safetensors
make_in TareEngineTests "$python" smollm2_reference.py "$tests/../models/SmolLM2-135M-Instruct.Q4_1.gguf" \
  "$tests/../LICENSE" smollm2_reference.safetensors
parity="$tests/../../shared/fixtures/parity.tar.gz"
if [ -e "$parity" ]; then
  mkdir "$work/parity"
  tar -xzf "$parity" -C "$work/parity"
  make_in TareEngineTests "$python" inspection_reference.py "$work/parity" inspection_reference.json
fi
git -C "$tests" status --short -- .
