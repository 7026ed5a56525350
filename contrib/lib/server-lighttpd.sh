# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# server-lighttpd.sh - lighttpd in front of foyer.fcgi.
#
# Every contrib/lib/server-NAME.sh has these four functions, and a group NAME in contrib/lib/packages. They may
# use run (the run directory), web (the part of it that web_account owns), web_account, port, foyer_db (the
# program's conninfo) and contrib; and they write web/foyer.log and web/NAME.log.

server_configure() {
    install -d -m 755 "$run/empty"
    install -m 644 "$contrib/lighttpd/error.cgi" "$run/error.cgi"
    sed -e "s|@PORT@|$port|; s|@RUN@|$run|; s|@WEB@|$web|; s|@DB@|$foyer_db|" \
        -e "s|@ACCOUNT@|$web_account|; s|@GROUP@|$(id -gn "$web_account")|" \
        "$contrib/lighttpd/quickstart.conf.in" >"$run/lighttpd.conf"
    lighttpd -tt -f "$run/lighttpd.conf"
}

# It goes into the background by itself, once it listens and its processes are started.
server_start() {
    lighttpd -f "$run/lighttpd.conf"
}

# Prints the process id; false when it does not run.
server_running() {
    process_of "$run/lighttpd.pid" "$run/lighttpd.conf"
}

# INT lets requests in flight finish; TERM does not.
server_stop() {
    local pid signal
    for signal in INT TERM KILL; do
        pid=$(server_running) || return 0
        kill -s "$signal" "$pid" 2>/dev/null || true
        await 8 server_stopped && return
    done
}

server_stopped() {
    ! server_running >/dev/null
}
