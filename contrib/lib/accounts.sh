# shellcheck shell=bash
# accounts.sh - who runs what, and a directory that all of them can use.
#
# PostgreSQL refuses to run as root, and a web server should not: when root calls, they run as the accounts that
# Debian's packages made for them. Anybody else runs everything as himself.

caller=$(id -un)
db_account=$caller
web_account=$caller
if ((EUID == 0)); then
    db_account=postgres
    web_account=www-data
fi

# A Unix socket's path has at most 107 bytes, of which the longest name below a run directory takes 27.
run_dir_max=80

# as ACCOUNT COMMAND...: runs the command as this account.
as() {
    if [[ $1 == "$caller" ]]; then
        "${@:2}"
    else
        runuser -u "$1" -- "${@:2}"
    fi
}

# run_dir_fits DIR: true when its path is short enough and every account can enter it.
run_dir_fits() {
    ((${#1} <= run_dir_max)) && as "$db_account" test -x "$1" && as "$web_account" test -x "$1"
}

# run_dir_temporary PARENT...: makes a fresh directory below the first parent that fits, and prints its path.
run_dir_temporary() {
    local parent dir
    for parent; do
        dir=$(mktemp -d "$parent/foyer-XXXXXX") || continue
        chmod 755 "$dir"
        if run_dir_fits "$dir"; then
            echo "$dir"
            return
        fi
        rmdir "$dir"
    done
    return 1
}
