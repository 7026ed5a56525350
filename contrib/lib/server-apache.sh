# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# server-apache.sh - Apache with mod_fcgid in front of foyer.fcgi: the virtual host of contrib/apache/foyer.conf, in
# an Apache of its own.
#
# The functions are those of server-lighttpd.sh.

apache_program=/usr/sbin/apache2

# mod_fcgid cuts a setting at 127 bytes: the conninfo is in a service file, as foyer.conf wants it.
server_configure() {
    {
        echo "[foyer]"
        tr ' ' '\n' <<<"$foyer_db"
    } >"$run/pg_service.conf"
    sed -e "s|@PORT@|$port|; s|@RUN@|$run|; s|@WEB@|$web|; s|@LOG@|$web/foyer.log|" \
        -e "s|@ACCOUNT@|$web_account|; s|@GROUP@|$(id -gn "$web_account")|" \
        "$contrib/apache/quickstart.conf.in" >"$run/apache.conf"
    install -m 644 "$contrib/apache/unavailable.asis" "$run/unavailable.asis"
    sed -e "s|\*:80>|*:$port>|; s|/usr/lib/foyer/foyer.fcgi|$run/foyer.fcgi|; s|/etc/foyer/|$run/|; s|/usr/share/foyer/apache|$run|" \
        -e "/PGPASSFILE/d; /ServerName/a\\    ErrorLog $web/apache.log" \
        "$contrib/apache/foyer.conf" >>"$run/apache.conf"
    "$apache_program" -t -f "$run/apache.conf"
}

# It goes into the background by itself; its first process starts with the first request. Apache opens its logs as
# root: they must be the account's already, or another server could not use them after it.
server_start() {
    as "$web_account" touch "$web/foyer.log" "$web/apache.log"
    "$apache_program" -k start -f "$run/apache.conf"
}

# Prints the process id; false when it does not run.
server_running() {
    process_of "$run/apache.pid" "$run/apache.conf"
}

# WINCH lets requests in flight finish; TERM does not. Apache takes its pid file away as soon as it is asked, long
# before it has closed its port: so it is the process that is waited for.
server_stop() {
    local pid signal
    pid=$(server_running) || return 0
    for signal in WINCH TERM KILL; do
        kill -s "$signal" "$pid" 2>/dev/null || true
        await 8 server_stopped "$pid" && return
    done
}

server_stopped() {
    ! grep -qzF -- "$run/apache.conf" "/proc/$1/cmdline" 2>/dev/null
}
