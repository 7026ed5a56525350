# shellcheck shell=bash disable=SC2154 # the caller sets said
# promise.sh - what the tests of group package say, in TAP. The caller sets "said", a file for what commands print.

number=0
status=0

# promise TEXT COMMAND...: one assertion, which holds when the command succeeds.
promise() {
    number=$((number + 1))
    if "${@:2}" >"$said" 2>&1; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "# ${*:2}"
        tail -n 30 "$said" | sed 's/^/#   /'
        status=1
    fi
}

fails() {
    ! "$@"
}

# says TEXT COMMAND...: true when the command prints this, whatever its exit status.
says() {
    local out
    out=$("${@:2}" 2>&1) || true
    printf '%s\n' "$out"
    [[ $out == *"$1"* ]]
}

finish() {
    echo "1..$number"
    exit "$status"
}
