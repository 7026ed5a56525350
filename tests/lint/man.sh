#!/bin/bash
# man.sh - mandoc has nothing to say about the manual pages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

# findings FILE: what mandoc says, but for manuals that are not installed on this machine.
findings() {
    command -v mandoc >/dev/null || echo "there is no mandoc"
    mandoc -T lint "$1" 2>/dev/null | sed '/referenced manual not found/d' || true
}

for page in docs/*.[1-8] debian/*.[1-8]; do
    none "$page: mandoc has nothing to say" < <(findings "$page")
done

# Each of these edits makes a fault, which must be seen.
for edit in 's/^\.Sh NAME/.Sh NAMES/' 's/^\.It Ev FOYER_DB/.Itt Ev FOYER_DB/' '0,/^\.El/{/^\.El/d}' '7s/$/ /'; do
    none "mandoc sees the fault of $edit" < <(
        [[ -n $(sed "$edit" docs/foyer.fcgi.8 | findings /dev/stdin) ]] || echo "nothing is said about it")
done
finish
