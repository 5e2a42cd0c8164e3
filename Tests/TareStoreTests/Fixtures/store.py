"""Prints a store as SQL text, to be kept as the golden file of its schema version.

store_v4.sql was made on 2026-11-29 of the store that the last program with schema v4 wrote by
`tare score rows.jsonl --model qwen3 --store store.sqlite --run first --date 2026-01-15`, with the
rows of store_rows.jsonl and the model `qwen3` of the parity checkpoints:

    python3 store.py store.sqlite >store_v4.sql
"""

import sqlite3
import sys

store = sqlite3.connect(sys.argv[1])
print(f"PRAGMA application_id = {store.execute('PRAGMA application_id').fetchone()[0]};")
print("\n".join(store.iterdump()))
