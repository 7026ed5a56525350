#!/bin/bash
# shell.sh - every shell script of the repository can be parsed, and shellcheck has nothing to say about it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# all_files: what git knows or would know; without git, what is there except what the build makes.
all_files() {
    git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . \( -path ./.git -o -path ./build -o -path ./build-aux -o -path './configure*' -o -path ./var \) -prune \
            -o -type f -printf '%P\0'
}

# is_shell FILE: true for a name in .sh, or a first line that names a shell.
is_shell() {
    [[ -f $1 ]] || return 1
    [[ $1 == *.sh ]] || head -c 64 "$1" | head -n 1 | grep -qaE '^#!.*[/ ](ba|da)?sh( |$)'
}

# checked FILE COMMAND...: one assertion.
checked() {
    local said
    number=$((number + 1))
    if said=$("${@:2}" "$1" 2>&1); then
        echo "ok $number - $1: $2 has nothing to say"
    else
        echo "not ok $number - $1: $2 has nothing to say"
        echo "# ${said//$'\n'/$'\n'# }"
        status=1
    fi
}

# SC2317: a function that is only called through "$@" looks unreachable to it.
number=0
status=0
while IFS= read -r -d '' file; do
    if is_shell "$file"; then
        checked "$file" bash -n
        checked "$file" shellcheck --external-sources --exclude=SC2317
    fi
done < <(all_files)
echo "1..$number"
exit "$status"
