#!/usr/bin/env bash
# Makes a Debian package of a built program.
#   packaging/deb.sh TARE FOLDER
# Its libraries are found by dpkg-shlibdeps; a program that links Swift's own shared libraries is refused,
# since no package has them; `make deb` builds one that does not.
set -euo pipefail
tare=$(realpath "$1") out=$2
project=$(cd "$(dirname "$0")/.." && pwd)
if objdump -p "$tare" | grep -q 'NEEDED.*libswift'; then
  echo "$tare links Swift's shared libraries, which no package has; make deb builds one that does not" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
version=$("$tare" --version)
arch=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$project" log -1 --format=%ct 2>/dev/null || date +%s)}

ZSH=share/zsh/vendor-completions "$project/packaging/install.sh" "$tare" /usr "$root"
# dpkg keeps the list of files itself.
rm "$root/usr/share/doc/tare/files"
strip --strip-unneeded "$root/usr/bin/tare"
doc=$root/usr/share/doc/tare
cat >"$doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Tare

Files: *
Copyright: The Tare authors
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
END
gzip -9nc "$project/CHANGELOG.md" >"$doc/changelog.gz"
chmod 644 "$doc"/*

mkdir "$work/debian"
printf 'Source: tare\n\nPackage: tare\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --warnings=0 -e"$root/usr/bin/tare" | sed 's/^shlibs:Depends=//')
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: tare
Version: $version
Architecture: $arch
Maintainer: The Tare authors <maintainers@users.noreply.tare.example>
Installed-Size: $(du -k --apparent-size -s "$root/usr" | cut -f1)
Depends: $depends
Suggests: python3-pip, libopenblas0
Section: science
Priority: optional
Description: score, calibrate and evaluate reward models
 Tare scores prompts and responses with a reward model, removes the part of
 the score that length or another nuisance variable explains, and reports
 accuracy before and after, with confidence intervals. It ranks candidates,
 builds preference pairs, and serves rewards to RLHF trainers.
END
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz --build "$root" "$out/tare_${version}_$arch.deb"
