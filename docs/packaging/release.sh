#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds what a release consists of into build/dist. Signs nothing, uploads nothing. Run it in a clean checkout of the release's commit.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
dist=$root/build/dist
version=$(sed -n 's/^project(maxwell VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")

fail() {
    printf 'release: %s\n' "$1" >&2
    exit 2
}

[ -n "$version" ] || fail 'CMakeLists.txt names no version.'
git -C "$root" diff --quiet HEAD -- || fail 'the checkout has changes that are not committed.'
grep -q "^## $version," "$root/docs/CHANGELOG.md" || fail "docs/CHANGELOG.md has no heading for $version."

rm -rf -- "$dist"
mkdir -p "$dist"
"$root/run" amalgamate --out "$dist/maxwell.hpp"
"$root/run" docs
cp "$root/build/docs/design.pdf" "$dist/maxwell-$version-design.pdf"
cmake -S "$root" -B "$root/build/package" -G Ninja -DMAXWELL_TESTS=OFF -DMAXWELL_BENCH=OFF -DMAXWELL_EXAMPLES=OFF >/dev/null
cmake --build "$root/build/package" >/dev/null
(cd "$root/build/package" && cpack -G DEB -B "$dist" >/dev/null)
rm -rf -- "$dist/_CPack_Packages"
git -C "$root" archive --prefix="maxwell-$version/" -o "$dist/maxwell-$version.tar.gz" HEAD
(cd "$dist" && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
