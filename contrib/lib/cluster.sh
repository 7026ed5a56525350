# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# cluster.sh - a private PostgreSQL cluster that answers on a Unix socket only, and as a process of db_account.
#
# The caller sets "cluster", a directory that db_account may enter; data/ and socket/ are made in it. Needs
# accounts.sh and processes.sh.

pg_bin=/usr/lib/postgresql/15/bin
cluster_port=5432   # only a part of the socket's name

# cluster_create: makes the cluster, unless there is one. It gets its name when it is complete, so that an
# interrupted run leaves nothing that looks like one.
cluster_create() {
    [[ ! -e $cluster/data ]] || return 0
    cluster_directory socket 755
    cluster_directory data.new 700
    as "$db_account" "$pg_bin/initdb" --pgdata="$cluster/data.new" --username=postgres --auth=reject \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions
    mv "$cluster/data.new" "$cluster/data"
}

cluster_directory() {
    rm -rf "${cluster:?}/$1"
    install -d -m "$2" -o "$db_account" "$cluster/$1"
}

# cluster_write FILE: standard input becomes this file of the cluster.
cluster_write() {
    as "$db_account" tee "$cluster/data/$1" >/dev/null
}

# cluster_configure SETTING...: postgresql.conf has these and where to listen; the rest are PostgreSQL's defaults.
cluster_configure() {
    {
        printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$cluster/socket'" \
            "port = $cluster_port" "log_line_prefix = '%m [%p] %u@%d '" "log_timezone = 'UTC'" "timezone = 'UTC'"
        printf '%s\n' "$@"
    } | cluster_write postgresql.conf
}

# cluster_start LOG: starts it, unless it runs. The caller opens the log: db_account may not be able to.
cluster_start() {
    cluster_running || cluster_launch "$1" || {
        tail -n 9 "$1"
        return 1
    }
}

cluster_launch() {
    as "$db_account" "$pg_bin/pg_ctl" start --pgdata="$cluster/data" --silent --wait --timeout=60 >>"$1" 2>&1
}

cluster_running() {
    process_of "$cluster/data/postmaster.pid" "$cluster/data" >/dev/null
}

cluster_stop() {
    cluster_running || return 0
    as "$db_account" "$pg_bin/pg_ctl" stop --pgdata="$cluster/data" --silent --mode=fast --wait --timeout=60
}

# cluster_sql DATABASE [OPTION...]: psql as the superuser; its input is SQL unless an option names some.
cluster_sql() {
    "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        "host=$cluster/socket port=$cluster_port user=postgres dbname=$1" "${@:2}"
}
