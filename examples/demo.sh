#!/usr/bin/env bash
# The whole pipeline on the project's own data set: score, store, calibrate, evaluate, rank.
#   examples/demo.sh TARE MODEL HEAD STORE
# Run again, it scores nothing twice.
set -euo pipefail
tare=$1 model=$2 head=$3 store=$4
data=datasets/balanced-pairs.jsonl

say() { printf '\n── %s\n' "$*"; }
run() { printf '\n$ %s\n\n' "$*"; "$@"; }

say "1, 2  Score 240 preference pairs with a real reward model; keep the scores in SQLite"
run "$tare" score "$data" --model "$model" --head "$head" --store "$store" --run balanced

say "3  Calibrate: remove what length explains; the labels are kept for the evaluation"
run "$tare" calibrate --store "$store" --run balanced --ignore-labels --save "${store%.sqlite}-length.json"

say "4  Evaluate: raw and calibrated, with 95% intervals"
run "$tare" evaluate --store "$store" --run balanced

say "5  Rank: the best response of each prompt by calibrated score (the first ten)"
run "$tare" rank --store "$store" --run balanced --calibration "${store%.sqlite}-length.json" --top 1 | head -n 17

say "6  Report: one self-contained HTML page"
run "$tare" report --store "$store" --output "${store%.sqlite}-report.html"

printf '\nEverything is in %s; `%s runs show balanced --store %s` prints it as JSON.\n' "$store" "$tare" "$store"
