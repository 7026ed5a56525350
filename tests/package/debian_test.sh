#!/bin/bash
# debian_test.sh - the Debian package builds, has nothing that lintian finds, and makes a working site of a machine
# that is thrown away afterwards; tests/package/lib/debian_site.sh is what is done there.
#
# shellcheck disable=SC2317 # the functions are called by "promise"
set -euo pipefail
cd "$FOYER_ROOT"
. tests/package/lib/promise.sh
. tests/package/lib/machine.sh

if reason=$(machine_impossible); then
    echo "1..0 # SKIP $reason"
    exit
fi

version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' "$FOYER_BUILD/config.h")
dir=$(mktemp -d)
said=$dir/said
trap 'rm -rf "$dir"' EXIT

# The files of the release archive, and nothing else of this directory.
build_package() (
    make -s -C "$FOYER_BUILD" distdir distdir="$dir/foyer-$version" && cd "$dir/foyer-$version" &&
        DEB_BUILD_OPTIONS="nocheck noautodbgsym" dpkg-buildpackage -us -uc -b    # distcheck checks
)

no_warning() {
    ! grep -i 'warning' "$said.build"
}

promise "the package builds from the files of the release archive" build_package
((status == 0)) || finish
cp "$said" "$said.build"
promise "without a warning" no_warning
promise "it has the version of the program" test -s "$dir/foyer_${version}_amd64.deb"
promise "lintian finds nothing" lintian --allow-root --fail-on error,warning "$dir/foyer_${version}_amd64.changes"

cp -r tests/package/lib "$dir"
mv "$dir/foyer_${version}_amd64.deb" "$dir/foyer.deb"
rm -r "$dir/foyer-$version"
machine_run "$dir" bash /srv/foyer/lib/debian_site.sh "$number" "$version" |
    sed '/^1\.\.[0-9]*$/d' | tee "$dir/tap" || status=1
number=$((number + $(grep -cE '^(not )?ok ' "$dir/tap")))
grep -q '^not ok' "$dir/tap" && status=1
finish
