#!/usr/bin/env bash
# Builds the readers with coverage instrumentation and the address sanitizer, and links them with libFuzzer:
#   Benchmarks/fuzz/coverage.sh [FOLDER]        (default .build/coverage-fuzz; some minutes)
#   FUZZ_TARGET=jinja .build/coverage-fuzz/readers -max_total_time=60 CORPUS
# The modules are compiled by hand: SwiftPM's `--sanitize=fuzzer` would give every executable of the package libFuzzer's main.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-.build/coverage-fuzz}
mkdir -p "$out/CFiles"
echo "module CFiles { header \"$PWD/Sources/CFiles/include/CFiles.h\" export * }" > "$out/CFiles/module.modulemap"
maps=(-I "$out/CFiles")
for c in CCrypto CZlib CZstd CSnappy CLZ4; do maps+=(-I "Sources/$c" -Xcc "-fmodule-map-file=$PWD/Sources/$c/module.modulemap"); done
flags=(-O -wmo -g -swift-version 6 -package-name tare -sanitize=fuzzer,address -parse-as-library
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
  -enable-upcoming-feature InternalImportsByDefault -I "$out" "${maps[@]}")
objects=()
for module in TareCore TareNumerics TareTemplates TareTokenizers TareFormats TareCalibration; do
  objects+=("$out/$module.o")
  newest=$(find "Sources/$module" -name '*.swift' -newer "$out/$module.o" 2>/dev/null | head -1 || true)
  if [ -e "$out/$module.o" ] && [ -z "$newest" ]; then continue; fi
  echo "compiling $module"
  find "Sources/$module" -name '*.swift' -print0 | sort -z | xargs -0 swiftc "${flags[@]}" -emit-module \
    -emit-module-path "$out/$module.swiftmodule" -module-name "$module" -c -o "$out/$module.o"
done
${CC:-clang} -std=c23 -O2 -I Sources/CFiles/include -c Sources/CFiles/files.c -o "$out/files.o"
swiftc "${flags[@]}" -module-name Readers Benchmarks/fuzz/readers.swift "${objects[@]}" "$out/files.o" \
  -lcrypto -lz -lzstd -lsnappy -llz4 -o "$out/readers"
echo "$out/readers"
