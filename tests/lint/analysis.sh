#!/bin/bash
# analysis.sh - three analyzers have nothing to say: gcc's, clang-tidy and cppcheck.
#
# shellcheck disable=SC2317 # the analyzers are called by their names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

jobs=2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
read -r -a includes <<<"$(make_variable CJSON_CFLAGS FCGI_CFLAGS LIBPQ_CFLAGS NETTLE_CFLAGS | tr '\n' ' ')"
includes+=(-D_GNU_SOURCE -std=c11 -Isrc "-I$FOYER_BUILD")

# Each analyzer writes what it has to say about one file to a file of its own.

analyzer() {
    gcc "${includes[@]}" -O2 -fanalyzer -Wall -Wextra -c "$1" -o /dev/null
}

tidy() {
    clang-tidy --quiet "$1" -- "${includes[@]}" 2>/dev/null
}

check() {
    cppcheck --quiet --enable=warning,portability,performance --suppress=variableScope --inline-suppr \
        --suppress='missingIncludeSystem' --error-exitcode=1 --std=c11 -D_GNU_SOURCE -Isrc "-I$FOYER_BUILD" "$1"
}

started=()
for file in src/*.c; do
    for tool in analyzer tidy check; do
        while (($(jobs -rp | wc -l) >= jobs)); do
            wait -n || true
        done
        said=$scratch/$tool.$(basename "$file")
        { "$tool" "$file" >"$said" 2>&1 || echo "it fails" >>"$said"; } &
        started+=("$tool:$file:$said")
    done
done
wait

while IFS=: read -r tool file said; do
    case $tool in
        analyzer) none "$file: gcc -fanalyzer has nothing to say" <"$said" ;;
        tidy) none "$file: clang-tidy has nothing to say" <"$said" ;;
        check) none "$file: cppcheck has nothing to say" <"$said" ;;
    esac
done < <(printf '%s\n' "${started[@]}")
finish
