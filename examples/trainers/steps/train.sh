#!/usr/bin/env bash
# Two steps of verl's own trainer on the CPU, with rewards of a tare server.
#   train.sh VENV FOLDER [further settings of verl]      (TARE_URL, PYTHONPATH with the shim and tare's package)
set -euo pipefail
bin=$1/bin work=$2; shift 2
here=$(cd "$(dirname "$0")" && pwd)
export REWARD_LOG=$work/rewards.jsonl TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS=1 \
  RAY_USAGE_STATS_ENABLED=0 RAY_DEDUP_LOGS=0 HYDRA_FULL_ERROR=1 HF_HUB_OFFLINE=1
rm -f "$REWARD_LOG"
# verl asks Ray for one GPU per worker: a logical one.
export RAY_OVERRIDE_RESOURCES='{"GPU": 1, "CPU": 4}' RAY_TMPDIR=$work/ray
mkdir -p "$RAY_TMPDIR"
cd "$work"
timeout -s KILL 900 "$bin/python" -m verl.trainer.main_ppo \
  data.train_files="$work/train.parquet" data.val_files="$work/val.parquet" data.train_batch_size=4 \
  data.max_prompt_length=128 data.max_response_length=24 data.dataloader_num_workers=0 \
  actor_rollout_ref.model.path="$work/policy" +actor_rollout_ref.model.override_config._attn_implementation=sdpa \
  actor_rollout_ref.actor.strategy=fsdp2 critic.strategy=fsdp2 \
  actor_rollout_ref.model.enable_gradient_checkpointing=false \
  actor_rollout_ref.rollout.name=hf actor_rollout_ref.rollout.tensor_model_parallel_size=1 \
  actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu=4 \
  actor_rollout_ref.actor.ppo_mini_batch_size=4 actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=4 \
  actor_rollout_ref.actor.optim.lr=1e-3 actor_rollout_ref.actor.use_torch_compile=false \
  custom_reward_function.path="$here/reward.py" custom_reward_function.name=compute_score \
  trainer.n_gpus_per_node=1 trainer.nnodes=1 trainer.logger=[console] trainer.val_before_train=false \
  trainer.test_freq=-1 trainer.save_freq=-1 trainer.total_epochs=1 trainer.total_training_steps=2 \
  trainer.resume_mode=disable "$@"
