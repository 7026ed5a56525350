#!/bin/bash
# format.sh - clang-format has nothing to change in C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

for file in src/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch]; do
    none "$file is laid out by .clang-format" < <(clang-format --dry-run -Werror "$file" 2>&1 | grep -A 1 'error:' || true)
done
finish
