#!/usr/bin/env bash
# Two steps of verl 0.5.0 (GRPO) and two of OpenRLHF 0.5.9.post1 (RLOO) on the CPU, with rewards that tare serves.
#   run.sh TARE REPOSITORY FOLDER      (Python 3.11 as PYTHON, g++; FOLDER is made: 3 GB, and 4 GB more without a CPU wheel of torch)
set -euo pipefail
tare=$1 repository=$2 here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$3"; work=$(cd "$3" && pwd); venv=$work/venv
if [ ! -e "$work/installed" ]; then
  "${PYTHON:-python3.11}" -m venv "$venv"
  "$venv/bin/pip" install -q torch==2.13.0 wheel 'setuptools<80'
  # The versions that go together, in place of each package's own pins (openrlhf's are of CUDA builds).
  "$venv/bin/pip" install -q --no-deps -r "$here/requirements.txt"
  DS_BUILD_OPS=0 DS_ACCELERATOR=cpu "$venv/bin/pip" install -q --no-deps --no-build-isolation deepspeed==0.18.9
  touch "$work/installed"
fi
rm -rf "$work"/{policy,checkpoints,openrlhf,openrlhf-checkpoints,tensorboard,get_reward.jsonl}
export PYTHONDONTWRITEBYTECODE=1 TARE_BINARY=$tare TARE_URL=http://127.0.0.1:5079
model=$repository/models/SmolLM2-135M-Instruct.Q4_1.gguf
"$venv/bin/python" "$here/prepare.py" "$model" "$repository/datasets/balanced-pairs.jsonl" "$work" 2> "$work/prepare.log"
"$tare" serve --model "$model" --head "$repository/results/heads/smollm2-135m-alpaca.safetensors" --port 5079 \
  --log-requests all 2> "$work/serve.log" &
server=$!
"$venv/bin/python" "$here/recorder.py" 5080 "$work/get_reward.jsonl" & recorder=$!
trap 'kill $server $recorder' EXIT
export PYTHONPATH=$here/shim:$repository/python/src
for _ in $(seq 60); do curl -sf "$TARE_URL/ready" > /dev/null && break; sleep 1; done

echo "── verl 0.5.0, GRPO"
time "$here/train.sh" "$venv" "$work" algorithm.adv_estimator=grpo actor_rollout_ref.rollout.n=4 trainer.save_freq=1 \
  trainer.default_local_dir="$work/checkpoints" 'actor_rollout_ref.actor.checkpoint.save_contents=[model]' > "$work/verl.log" 2>&1
grep -ao 'step:[0-9]\|actor/grad_norm:[^ ]*\|critic/score/[a-z]*:[^ ]*\|critic/advantages/m[axi][a-z]*:[^ ]*' "$work/verl.log" | paste -sd' '
"$venv/bin/python" "$here/verify.py" "$work" "$work/verl.log" 2> /dev/null

echo "── OpenRLHF 0.5.9.post1, RLOO"
time GET_REWARD_URL=http://127.0.0.1:5080/get_reward "$here/train_openrlhf.sh" "$venv" "$work" > "$work/openrlhf.log" 2>&1
tr '\r' '\n' < "$work/openrlhf.log" | grep -a '^Episode.*reward' | tail -n 1
"$venv/bin/python" "$here/verify_openrlhf.py" "$work" 2> /dev/null
echo "── requests that the server answered"
grep -o 'POST /[a-z_]* [0-9]*' "$work/serve.log" | sort | uniq -c
