# shellcheck shell=bash
# tap.sh - what the lints in shell say, in TAP.

number=0
failed=0
FOYER_BUILD=${FOYER_BUILD:-build}

# none SENTENCE: standard input names the faults, one a line; there should be none.
none() {
    local said
    said=$(cat)
    number=$((number + 1))
    if [[ -z $said ]]; then
        echo "ok $number - $1"
    else
        failed=1
        printf 'not ok %d - %s\n%s\n' "$number" "$1" "$(sed 's/^/# /' < <(printf '%s\n' "$said"))"
    fi
}

# skip SENTENCE REASON
skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

finish() {
    echo "1..$number"
    exit "$failed"
}

# all_files: what git knows or would know; without git, what is there except what the build makes.
all_files() {
    git ls-files --cached --others --exclude-standard 2>/dev/null ||
        find . \( -path ./.git -o -path ./build -o -path ./build-aux -o -path ./autom4te.cache -o -path ./var \
            -o -name __pycache__ \) -prune -o -type f ! -name configure ! -name '*~' ! -name Makefile.in \
            ! -name aclocal.m4 ! -name config.h.in ! -name '*.o' -printf '%P\n'
}

# make_variable NAME...: the values that Makefile of the build directory has.
make_variable() {
    local name
    for name; do
        # shellcheck disable=SC2016 # for make to expand
        make -s --no-print-directory -C "$FOYER_BUILD" --eval 'print-%: ; @printf "%s\n" "$($*)"' "print-$name"
    done
}
