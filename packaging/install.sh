#!/usr/bin/env bash
# Installs the program, its manual pages and its completions; nothing is built.
#   packaging/install.sh TARE PREFIX [DESTDIR]
#   ZSH=share/zsh/vendor-completions  for a distribution's package
# What was installed is listed in PREFIX/share/doc/tare/files, which `make uninstall` reads.
set -euo pipefail
tare=$1 prefix=$2 root=${3:-}
project=$(cd "$(dirname "$0")/.." && pwd)
[ -x "$tare" ] || { echo "$tare is missing: make build" >&2; exit 1; }
zsh=${ZSH:-share/zsh/site-functions}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$project/docs/man.py" "$tare" "$work/man"
gzip -9n "$work"/man/*.1
for shell in bash zsh fish; do "$tare" completions $shell >"$work/$shell"; done

files=()
# put MODE FILE PLACE, below PREFIX
put() {
  install -D -m "$1" "$2" "$root$prefix/$3"
  files+=("$3")
}
put 755 "$tare" bin/tare
for page in "$work"/man/*.1.gz; do put 644 "$page" "share/man/man1/$(basename "$page")"; done
put 644 "$work/bash" share/bash-completion/completions/tare
put 644 "$work/zsh" "$zsh/_tare"
put 644 "$work/fish" share/fish/vendor_completions.d/tare.fish
printf '%s\n' "${files[@]}" share/doc/tare/files >"$work/files"
install -D -m 644 "$work/files" "$root$prefix/share/doc/tare/files"
