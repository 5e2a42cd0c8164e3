#!/usr/bin/env bash
# Two steps of OpenRLHF's own single-process trainer on the CPU; it asks a tare server's /get_reward itself.
#   train_openrlhf.sh VENV FOLDER [further options]      (TARE_URL, PYTHONPATH with the shim)
set -euo pipefail
bin=$1/bin work=$2; shift 2
export PATH="$bin:$PATH" DS_ACCELERATOR=cpu RANK=0 WORLD_SIZE=1 LOCAL_RANK=0 MASTER_ADDR=127.0.0.1 MASTER_PORT=29655 \
  OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1 TORCH_EXTENSIONS_DIR=$work/extensions
cd "$work"
timeout -s KILL 2400 "$bin/python" -m openrlhf.cli.train_ppo \
  --pretrain "$work/policy" --remote_rm_url "${GET_REWARD_URL:-$TARE_URL/get_reward}" --prompt_data "$work/prompts.jsonl" \
  --input_key prompt --apply_chat_template --advantage_estimator rloo --n_samples_per_prompt 4 \
  --rollout_batch_size 4 --micro_rollout_batch_size 4 --train_batch_size 16 --micro_train_batch_size 4 \
  --max_samples 8 --prompt_max_len 128 --generate_max_len 24 --actor_learning_rate 1e-3 --adam_offload --lr_warmup_ratio 0 \
  --save_path "$work/openrlhf" --ckpt_path "$work/openrlhf-checkpoints" --use_tensorboard "$work/tensorboard" "$@"
