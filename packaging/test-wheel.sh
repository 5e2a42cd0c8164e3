#!/usr/bin/env bash
# Installs the wheel in a bare Debian of its own, with Python and nothing else, and runs it there: `tare demo` and
# `import tare`. Needs root and debootstrap, and PyPI for numpy and pyarrow.
#   packaging/test-wheel.sh WHEEL [SUITE [MIRROR]]     SUITE: bookworm (glibc 2.36), trixie (2.41), …
set -euo pipefail
wheel=$1 suite=${2:-bookworm} mirror=${3:-}
root=$(mktemp -d)
trap 'umount -q "$root/proc" || true; rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$root" \
  ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail "$root.log"; exit 1; }
rm -f "$root.log"
cp "$wheel" "$root/root/"
# The resolver, the bundle of certificates and pip's settings of this machine.
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
if [ -f /etc/pip.conf ]; then cp /etc/pip.conf "$root/etc/"; fi
settings=$(env | grep -iE '^(pip_|https?_proxy=|no_proxy=|ssl_cert_file=)' || true)
# Swift's runtime finds a program's arguments in /proc.
mount -t proc proc "$root/proc"
mapfile -t settings <<<"$settings"
run() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "${settings[@]}" "$@"; }
run sh -c '! command -v swift'
run python3 -m venv /root/v
run sh -c '/root/v/bin/pip install --quiet /root/tare_rm-*.whl'
run /root/v/bin/tare --version
run sh -c 'cd /root && v/bin/tare demo >demo.txt && tail -n 3 demo.txt && test -s tare-demo/report.html'
run /root/v/bin/python -c 'import tare; print(tare.smooth([1, 2, 3, 4, 5], [2.0, 4.1, 5.9, 8.2, 9.8]))'
echo "the wheel is installed and runs in Debian's $suite: $(run ldd --version | head -n 1)"
