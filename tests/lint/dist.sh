#!/bin/bash
# dist.sh - the release archive has every file of the repository, and Makefile.am names none that is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

distributed() {
    make_variable srcdir DISTFILES | awk 'NR == 1 { prefix = $0 "/"; next }
        { for (i = 1; i <= NF; i++) { name = $i; if (index(name, prefix) == 1) name = substr(name, length(prefix) + 1)
            print name } }' | sort -u
}

none "every file is distributed" < <(
    all_files | while IFS= read -r file; do
        [[ ! -e $file || $file == .gitignore || $file == .git/* ]] || echo "$file"
    done | sort | comm -23 - <(distributed))
none "what is distributed is there" < <(
    distributed | while IFS= read -r file; do
        [[ -e $file || -e $FOYER_BUILD/$file ]] || echo "$file"
    done)
finish
