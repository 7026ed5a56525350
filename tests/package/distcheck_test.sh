#!/bin/bash
# distcheck_test.sh - the release archive builds, passes its unit tests, installs and uninstalls by itself.
#
# shellcheck disable=SC2317 # the functions are called by "promise"
set -euo pipefail
cd "$FOYER_ROOT"
. tests/package/lib/promise.sh

version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' "$FOYER_BUILD/config.h")
root=$(mktemp -d)
said=$root/said
trap 'rm -rf "$root"' EXIT

make_build() {
    make -s -C "$FOYER_BUILD" "$@"
}

# installed: what is below the root, without its directories.
installed() {
    (cd "$root/stage" && find . ! -type d | sort | cut -c 2-)
}

# as_in DIR INSTALLED: the files below DIR of the source have been installed below INSTALLED, and no others.
as_in() {
    diff -r "$1" "$root/stage$2"
}

left() {
    find "$root/stage" -path '*foyer*'
}

promise "make distcheck passes: built from the archive, checked, installed, uninstalled" \
    make_build -j2 distcheck XZ_OPT=-0
promise "the archive is called foyer-VERSION.tar.xz" test -s "$FOYER_BUILD/foyer-$version.tar.xz"
rm -f "$FOYER_BUILD/foyer-$version.tar.xz"

promise "make install takes DESTDIR" make_build install DESTDIR="$root/stage"
for file in libexec/foyer/foyer.fcgi bin/foyerctl; do
    promise "/usr/local/$file says its version" \
        says "${file##*/} $version" "$root/stage/usr/local/$file" --version
done
promise "the bundled schema is in datadir" cmp "$FOYER_BUILD/foyer.sql" "$root/stage/usr/local/share/foyer/foyer.sql"
for dir in deploy revert verify functions; do
    promise "Sqitch's project is in datadir: $dir" as_in "sql/$dir" "/usr/local/share/foyer/sql/$dir"
done
promise "Sqitch takes the installed project" \
    says "functions" env -C "$root/stage/usr/local/share/foyer/sql" sqitch plan --format oneline
promise "the manual pages are in mandir" \
    test -s "$root/stage/usr/local/share/man/man1/foyerctl.1" -a -s "$root/stage/usr/local/share/man/man8/foyer.fcgi.8"
promise "the documents are in docdir" test -s "$root/stage/usr/local/share/doc/foyer/docs/api.md"
promise "the samples are in docdir" test -s "$root/stage/usr/local/share/doc/foyer/contrib/systemd/foyer-purge.timer"
promise "make uninstall takes DESTDIR" make_build uninstall DESTDIR="$root/stage"
promise "and leaves no file" test -z "$(installed)"
promise "and no directory of Foyer's" test -z "$(left)"
finish
