#!/bin/bash
# forbidden.sh - what is not in these files: unsafe functions, notes to oneself, long lines and functions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

sources=(src/*.c src/*.h tests/unit/*.c tests/unit/*.h tests/fuzz/*.c tests/fuzz/*.h)

# ---- functions

# A target that has to outlive die(); it clears its arena at the next input.
exception='if (n > 0 && setjmp(dead) == 0) {'

while read -r name reason; do
    none "nothing calls $name(), which $reason" < <(
        grep -nE "(^|[^A-Za-z0-9_])$name *\(" "${sources[@]}" | grep -vF "$exception" || true)
done <<'EOF'
strcpy does not know how much room there is
strcat does not know how much room there is
sprintf does not know how much room there is
vsprintf does not know how much room there is
gets does not know how much room there is
scanf does not know how much room there is
sscanf does not tell an overflow
strncpy may leave no NUL
strtok keeps a state of its own
atoi does not tell a fault from 0
atol does not tell a fault from 0
atof does not tell a fault from 0
alloca does not tell that the stack is full
setjmp leaves arenas behind
system starts a shell
popen starts a shell
EOF

none "no array has a length that only the run knows" < <(
    for file in src/*.c; do
        ${CC:-cc} -std=c11 -D_GNU_SOURCE -Werror=vla -I"$FOYER_BUILD" -Isrc \
            -I"$(pg_config --includedir 2>/dev/null)" -fsyntax-only "$file" 2>&1 | grep -F 'vla' || true
    done)
none "goto leads forward, to a clean-up" < <(
    awk '/^[a-z_]+:/ { seen[FILENAME, $1] = 1 }
         $1 == "goto" && (FILENAME, substr($2, 1, length($2) - 1) ":") in seen { print FILENAME ":" FNR ": " $0 }' \
        "${sources[@]}")

# ---- text

words='TO''DO|FIX''ME|XX''X|HA''CK'
none "nobody has left a note to oneself" < <(
    all_files | grep -vE '^(LICENSE|build-aux/)' | xargs -r -d '\n' grep -nIwE "$words" /dev/null || true)
none "no line ends in white space" < <(
    all_files | grep -vE '\.(md|png|svg)$' | xargs -r -d '\n' grep -nIE '[[:blank:]]+$' /dev/null || true)
none "every file ends with a newline" < <(
    all_files | while IFS= read -r file; do
        [[ ! -s $file || -z $(tail -c 1 "$file" | tr -d '\n' | tr '\0' x) ]] || echo "$file"
    done)
none "C is indented by tabs, and continued by four blanks" < <(
    grep -nP '^(?: {8}| {1,3}[^ *]| +\t|\t+ +\t)' "${sources[@]}" || true)
none "SQL, shell, Python and Perl have no tabs" < <(
    all_files | grep -E '\.(sql|sh|py|pl)$|^tests/run$|^contrib/quickstart$' |
        xargs -r -d '\n' grep -nIP '\t' /dev/null | grep -vE '^[^:]*:[0-9]+:.*(\\t|printf)' || true)

# ---- sizes

# A sentence in quotes is not broken, tables are aligned by hand.
none "no line of C is longer than 80 columns, but for strings and tables" < <(
    for file in "${sources[@]}"; do
        expand "$file" | awk -v file="$file" '
            /clang-format off/ { table = 1 }
            /clang-format on/ { table = 0 }
            length > 80 && !table && !/^ *"/ { print file ":" FNR ": " length " columns" }'
    done)
none "no function is longer than 60 lines" < <(
    awk '/^\{/ { start = FNR } /^\}/ && start { if (FNR - start > 61) print FILENAME ":" start ": " FNR - start - 1; start = 0 }' \
        "${sources[@]}")
none "no function has more than five levels" < <(
    awk '/^\{/ { inside = 1 } /^\}/ { inside = 0 } inside && /^\t\t\t\t\t\t[^\t ]/ { print FILENAME ":" FNR ": " $0 }' src/*.c)
finish
