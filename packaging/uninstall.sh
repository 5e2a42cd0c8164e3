#!/usr/bin/env bash
# Removes what packaging/install.sh put there.
#   packaging/uninstall.sh PREFIX [DESTDIR]
set -euo pipefail
place=${2:-}$1
list=$place/share/doc/tare/files
[ -f "$list" ] || { echo "$list is missing: nothing was installed there by make install" >&2; exit 1; }
while IFS= read -r file; do
  # No line leads out of the prefix.
  case $file in /* | ../* | */../*) echo "$list: '$file' is no file of Tare" >&2; exit 1 ;; esac
  rm -f "$place/$file"
done <"$list"
rmdir --ignore-fail-on-non-empty "$place/share/doc/tare"
