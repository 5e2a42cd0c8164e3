#!/usr/bin/env bash
# Installs the Debian package in a bare Debian of its own and runs it there: `tare demo`, a manual page, a
# completion. Needs root and debootstrap; no more than the package's own dependencies are installed.
#   packaging/test-deb.sh DEB [SUITE [MIRROR]]
set -euo pipefail
deb=$1 suite=${2:-bookworm} mirror=${3:-}
root=$(mktemp -d)
trap 'umount -q "$root/proc" || true; rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 ||
  { tail "$root.log"; exit 1; }
rm -f "$root.log"
cp "$deb" "$root/tmp/tare.deb"
# The proxy and the resolver of this machine.
for file in /etc/apt/apt.conf.d/*proxy*; do
  if [ -f "$file" ]; then cp "$file" "$root/etc/apt/apt.conf.d/"; fi
done
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
# Swift's runtime finds a program's arguments in /proc.
mount -t proc proc "$root/proc"
run() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
run apt-get update -qq
run apt-get install -y -qq --no-install-recommends /tmp/tare.deb >/dev/null
run dpkg -s tare | grep '^Status: install ok installed'
# Folders that minbase leaves out of packages are those of documentation: the pages must be in the package.
files=$(dpkg-deb -c "$deb")
grep -q './usr/share/man/man1/tare-evaluate.1.gz' <<<"$files"
grep -q './usr/share/bash-completion/completions/tare' <<<"$files"
run tare --version
run sh -c 'cd /tmp && tare demo >demo.txt && tail -n 3 demo.txt && grep -q "pairs: more scores higher" demo.txt'
run test -s /tmp/tare-demo/report.html
run dpkg -r tare >/dev/null
run sh -c '! command -v tare'
echo "the package is installed, runs and is removed"
