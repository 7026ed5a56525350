# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# steps.sh - progress, failure and interruption, told the same way by every script.
#
# The script sets "program" (its name in messages) before it sources this, "log" (the file that takes the output
# of its steps) when it can, and may define clean_up. A step runs under "set -e": whatever fails in it ends the
# script, and the exit trap says which step it was. So no step is taken inside "if", "&&" or "||", where the
# shell would not stop at a failure.

log=/dev/null
current=     # the step that is running
reason=      # why the script gives up, when it knows

# step TEXT COMMAND...: one line of progress around a quiet command. It runs in a subshell, because a shell that
# exits inside a redirection does not always undo it for the exit trap: it can set no variables.
step() {
    local start=$EPOCHREALTIME
    current=$1
    printf '  %-46s' "$1"
    printf '== %s\n' "$1" >>"$log"
    ("${@:2}") </dev/null >>"$log" 2>&1
    current=
    printf '%9s\n' "$(seconds_since "$start")"
}

# note TEXT: a line among the steps that is not one.
note() {
    printf '  %s\n' "$*"
}

# die TEXT, refuse TEXT: give up with one clear line; refuse, when it is the caller who has to act (exit 2).
die() {
    give_up 1 "$*"
}

refuse() {
    give_up 2 "$*"
}

# The log carries the reason out of the subshell of a step.
give_up() {
    reason=$2
    ((BASH_SUBSHELL == 0)) || echo "!! $reason"
    exit "$1"
}

interrupted() {
    reason=interrupted
    exit "$1"
}

# The exit trap. A second signal, or a failure, must not stop it half-way.
finish() {
    status=$?
    trap - EXIT
    trap '' INT TERM HUP
    set +eu
    [[ -z $current ]] || echo failed
    [[ -z $current || -n $reason ]] || explain
    [[ -z $reason ]] || printf '%s: %s\n' "$program" "$reason" >&2
    if declare -F clean_up >/dev/null; then
        clean_up "$status"
    fi
    exit "$status"
}

# Why the current step failed: what it said itself, or else the end of its output.
explain() {
    reason=$(sed -n '$s/^!! //p' "$log")
    if [[ -z $reason ]]; then
        reason="\"$current\" failed; all that was said is in $log"
        status=1
        tail -n 20 "$log" | awk '/^== / { said = ""; next } { said = said "    " $0 "\n" } END { printf "%s", said }' >&2
    fi
}

# seconds_since START: the time since that value of EPOCHREALTIME, as "1.2 s".
seconds_since() {
    local tenths=$(((${EPOCHREALTIME/[^0-9]/} - ${1/[^0-9]/}) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

trap finish EXIT
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
trap 'interrupted 129' HUP
