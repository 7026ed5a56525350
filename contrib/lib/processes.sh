# shellcheck shell=bash
# processes.sh - waiting for things to happen, and telling our own processes from those of others.

# await SECONDS COMMAND...: tries until the command succeeds; false when it did not in time.
await() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

# process_of FILE WORD: prints the process id in the first line of FILE. False when there is no such process, or
# when WORD is not among its arguments: then the number is stale and belongs to somebody else by now.
process_of() {
    local pid
    pid=$(head -n 1 "$1" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ ]] || return 1
    grep -qzF -- "$2" "/proc/$pid/cmdline" 2>/dev/null || return 1
    echo "$pid"
}

# processes_running FILE: the ids of all processes that run this program, also when FILE has been replaced since.
processes_running() {
    find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$1" -o -lname "$1 (deleted)" \) 2>/dev/null | cut -d / -f 3
}

none_running() {
    [[ -z $(processes_running "$1") ]]
}

# end_running FILE: ends all processes that run this program.
end_running() {
    local pids signal
    for signal in TERM KILL; do
        mapfile -t pids < <(processes_running "$1")
        ((${#pids[@]})) || return 0
        kill -s "$signal" "${pids[@]}" 2>/dev/null || true
        await 10 none_running "$1" && return
    done
}
