# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# server-nginx.sh - nginx in front of foyer.fcgi, whose processes spawn-fcgi and multiwatch start.
#
# server-lighttpd.sh says what the four functions are for.

server_configure() {
    local user=
    ((EUID != 0)) || user="user $web_account $(id -gn "$web_account");"
    sed "s|/run/foyer/foyer.socket|$web/foyer.socket|" "$contrib/nginx/foyer.conf" >"$run/nginx-foyer.conf"
    sed -e "s|@PORT@|$port|; s|@RUN@|$run|; s|@WEB@|$web|; s|@USER@|$user|" \
        "$contrib/nginx/quickstart.conf.in" >"$run/nginx.conf"
    nginx_run -t -q
}

# The processes first: as soon as nginx listens, there is somebody to answer.
server_start() {
    rm -f "$web/foyer.socket"
    # shellcheck disable=SC2016 # the inner shell expands it
    as "$web_account" env log="$web/foyer.log" program="$run/foyer.fcgi" FOYER_DB="$foyer_db" \
        spawn-fcgi -s "$web/foyer.socket" -M 0600 -b 4096 -P "$web/foyer.pid" -- \
        /bin/sh -c 'exec 2>>"$log"; exec multiwatch -f 4 -t 500 -- "$program"'
    nginx_run
}

server_running() {
    process_of "$run/nginx.pid" "$run/nginx.conf"
}

# QUIT lets requests in flight finish; TERM does not.
server_stop() {
    local pid signal
    for signal in QUIT TERM KILL; do
        pid=$(server_running) || break
        kill -s "$signal" "$pid" 2>/dev/null || true
        await 8 server_stopped && break
    done
    if pid=$(process_of "$web/foyer.pid" "$run/foyer.fcgi"); then
        kill "$pid"
    fi
}

server_stopped() {
    ! server_running >/dev/null
}

nginx_run() {
    nginx -e "$web/nginx.log" -c "$run/nginx.conf" "$@"
}
