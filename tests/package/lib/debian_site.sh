#!/bin/bash
# debian_site.sh NUMBER VERSION - what debian_test.sh does in the machine that is thrown away: from a system without
# Foyer, PostgreSQL and web servers, through all that apt and foyer-setup do, to one that has no Foyer any more.
#
# The first half has the machine's network, for apt; the second has none, and so all ports.
#
# shellcheck disable=SC2016,SC2317 # the functions are called by "promise", some text is for other shells
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/promise.sh"
number=$1
version=$2
half=${3:-first}
said=/tmp/said
cd /

# --- apt ---------------------------------------------------------------------------------------------------------

apt() {
    apt-get -q -y "$@"
}

# install_package FILE: an upgrade, without the time that apt needs to look at all there is.
install_package() {
    dpkg --force-confold -i "$1"
}

# As on a machine that has never had them, and as in any container, where nothing starts a service.
begin() {
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    rm -f /var/lib/man-db/auto-update    # the index of manual pages takes longer than all the rest
    rm -rf /etc/createcluster.d /etc/postgresql-common/createcluster.d
    dpkg-query -W -f '${Package}\n' >/tmp/packages
    # shellcheck disable=SC2046 # one word each
    apt purge $(grep -E '^(foyer|apache2|libapache2-mod-|lighttpd|nginx|postgresql)' /tmp/packages) \
        $(grep -E '^(libcjson|libfcgi|multiwatch|spawn-fcgi)' /tmp/packages)
    rm -rf /etc/{apache2,foyer,lighttpd,nginx,postgresql} /var/lib/postgresql /var/log/{foyer,lighttpd,postgresql}
}

# quietly COMMAND...: a step that has to succeed, and is no promise of Foyer's.
quietly() {
    "$@" >/tmp/step 2>&1 &    # where "set -e" holds
    wait $! || {
        promise "what has to be there for the promises to come: $*" fails cat /tmp/step
        finish
    }
}

# What comes later, when there is no network.
download() {
    apt install --download-only --no-install-recommends lighttpd postgresql cron apache2 libapache2-mod-fcgid \
        nginx-light multiwatch spawn-fcgi
}

# new_package NAME: the same program in a package that comes after.
new_package() {
    rm -rf /tmp/package
    dpkg-deb -R /srv/foyer/foyer.deb /tmp/package
    sed -i "s/^Version: .*/Version: $version+$1/" /tmp/package/DEBIAN/control
    echo "# changed by $1" >>/tmp/package/etc/foyer/foyer.conf
    dpkg-deb --root-owner-group -Zgzip -z1 -b /tmp/package "/tmp/foyer_$1.deb"
}

# Whatever is called after Foyer, but for what belongs to PostgreSQL, apt and dpkg.
left() {
    find /etc /run /usr /var -xdev \( -path /var/lib/postgresql -o -path /var/lib/apt -o -path /var/cache \
        -o -path /var/log/apt -o -path /var/tmp \) -prune -o -name '*foyer*' -print
}

# --- asking ------------------------------------------------------------------------------------------------------

as() {
    runuser -u "$1" -- "${@:2}"
}

sql() {
    as postgres psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

foyerctl_as() {
    as "$1" sh -c 'set -a; . /etc/foyer/admin.conf; foyerctl "$@"' foyerctl "${@:2}"
}

# exits STATUS COMMAND...
exits() {
    local status=0
    "${@:2}" || status=$?
    [[ $status == "$1" ]]
}

# site_status PATH [OPTION...]: the status of the answer.
site_status() {
    curl -q -s -o /dev/null -w '%{http_code}' "http://localhost$1" "${@:2}"
}

is() {
    echo "expected: $1"
    echo "came:     $2"
    [[ $1 == "$2" ]]
}

mode() {
    stat -c '%U:%G %a' "$1"
}

# printed_commands: the two that foyer-setup has printed, with the key.
printed_commands() {
    sed -n '/^  conversation=/,/^$/p; /^  curl /,/^$/p' /tmp/setup | sed "s/dk_live_\.\.\./$key/"
}

# They are pasted into a shell, and the message comes back.
# As a visitor who has not just used its three requests of a second.
commands_work() {
    printed_commands | sed "s/X-Visitor-Id: [0-9a-f-]*/X-Visitor-Id: $(cat /proc/sys/kernel/random/uuid)/" >/tmp/commands
    bash -eu /tmp/commands >/tmp/answer 2>&1 || true
    cat /tmp/commands /tmp/answer
    grep -q '"message":{"id":.*"content":"Are you open on Sunday?"' /tmp/answer
}

set_up() {
    foyer-setup "$@" >/tmp/setup || return
    cat /tmp/setup
}

conversations() {
    sql foyer -c "SELECT count(*) FROM foyer.conversation"
}

rows() {
    foyerctl_as root "$@" | sed 1d | wc -l
}

workers() {
    local exe
    for exe in /proc/[0-9]*/exe; do
        [[ $(readlink "$exe") != /usr/lib/foyer/foyer.fcgi* ]] || basename "${exe%/exe}"
    done | sort
}

# --- the promises ------------------------------------------------------------------------------------------------

without_anything() {
    promise "the installation says which command is next" says "run: foyer-setup" cat /tmp/installed
    promise "foyer-setup refuses when PostgreSQL does not run" exits 2 foyer-setup
    promise "and says how to start it" says "service postgresql start" foyer-setup
    promise "and that an argument is unknown" exits 2 foyer-setup --servers
    promise "and to anybody but root" says "only root" as www-data foyer-setup
    promise "and without a web server of this name" says "nginx is not installed" foyer-setup --server nginx
}

one_command() {
    quietly apt install --no-install-recommends cron
    quietly service postgresql start
    sql postgres -c "SHOW hba_file" >/tmp/hba_file
    cp "$(cat /tmp/hba_file)" /tmp/pg_hba.conf
    promise "foyer-setup makes a site" set_up
    key=$(grep -om1 'dk_live_[A-Za-z0-9]*' /tmp/setup || true)
    promise "and prints two commands that work" commands_work
    promise "the service says that it is ready" is 200 "$(site_status /foyer/api/v1/health/ready)"
    promise "the rest of the site is the web server's" is 404 "$(site_status /api/v1/health/ready)"
    promise "a body of 200,000 bytes is Foyer's to refuse" is 413 "$(head -c 200000 /dev/zero |
        site_status /foyer/api/v1/conversations --data-binary @-)"
    promise "the log has a line for each request" grep -q 'msg=request' /var/log/foyer/foyer.log
}

who_may_what() {
    promise "the settings are root's, for the web server to read" is "root:www-data 640" "$(mode /etc/foyer/foyer.conf)"
    promise "how foyerctl connects is for the account foyer to read" is "root:foyer 640" "$(mode /etc/foyer/admin.conf)"
    promise "the log is for the web server and administrators" is "www-data:adm 2750" "$(mode /var/log/foyer)"
    promise "the web server's account is not foyer_admin" fails as www-data psql "dbname=foyer user=foyer_admin" -c ""
    promise "nor the owner" fails as www-data psql "dbname=foyer user=foyer_owner" -c ""
    promise "nobody is not foyer_web" fails as nobody psql "dbname=foyer user=foyer_web" -c ""
    promise "the account foyer administrates" foyerctl_as foyer check
    promise "the nightly purge is cron's, where systemd does not run" nightly_purge
    promise "root administrates" foyerctl_as root app list
    promise "the log is rotated" logrotate -f /etc/logrotate.d/foyer
    promise "is kept" test -s /var/log/foyer/foyer.log.1
    site_status /foyer/api/v1/health/live >/dev/null
    promise "and goes on" grep -q 'msg=request' /var/log/foyer/foyer.log
}

# The line of the table, as cron would run it.
nightly_purge() {
    local line
    line=$(grep -v '^#' /etc/cron.d/foyer-purge)
    [[ $line == "17 3 * * * foyer "* ]] && as foyer env -i PATH=/usr/bin:/bin sh -c "${line#17 3 \* \* \* foyer }"
}

verify_units() {
    local unit out
    for unit in foyer.socket foyer.service foyer-purge.service foyer-purge.timer; do
        out=$(systemd-analyze verify "/lib/systemd/system/$unit" 2>&1) || true
        grep -F "foyer" <<<"$out" && return 1
    done
    return 0
}

run_again() {
    cp "$(cat /tmp/hba_file)" /tmp/pg_hba.again
    promise "foyer-setup can be run again" set_up
    promise "it makes no other key" fails grep -q 'dk_live_[A-Za-z0-9]' /tmp/setup
    promise "and no other application" is "1 1" "$(rows app list) $(rows key list "$(first_app)")"
    promise "and changes no access" cmp /tmp/pg_hba.again "$(cat /tmp/hba_file)"
    promise "what it prints works with the first key" commands_work
}

first_app() {
    foyerctl_as root app list | awk 'NR == 2 { print $1 }'
}

upgrade() {
    local before after conversations n clients=()
    new_package next >/dev/null
    echo 'FOYER_PREPARE="off"' >>/etc/foyer/foyer.conf
    before=$(workers)
    conversations=$(conversations)
    for n in 1 2 3 4; do
        ask_on >"/tmp/asked.$n" &
        clients+=($!)
    done
    promise "the package can be upgraded" install_package /tmp/foyer_next.deb
    kill "${clients[@]}"
    promise "other processes serve afterwards" test -z "$(comm -12 <(echo "$before") <(workers))"
    promise "as many as before" is "$(wc -l <<<"$before")" "$(workers | wc -l)"
    promise "a setting that was changed is as it was changed" grep -q '^FOYER_PREPARE="off"' /etc/foyer/foyer.conf
    promise "and still not for everybody to read" is "root:www-data 640" "$(mode /etc/foyer/foyer.conf)"
    promise "no request was left unanswered meanwhile" is 200 "$(cat /tmp/asked.* | sort -u)"
    promise "the conversations are there" is "$conversations" "$(conversations)"

    new_package schema >/dev/null
    sql foyer -c "ALTER FUNCTION foyer_api.schema_version RENAME TO schema_version_now" -c "
        CREATE FUNCTION foyer_api.schema_version() RETURNS integer LANGUAGE sql AS 'SELECT 99';
        GRANT EXECUTE ON FUNCTION foyer_api.schema_version TO foyer_web, foyer_admin"
    before=$(workers)
    promise "an upgrade to a program for another schema says what to deploy" says docs/dba.md \
        install_package /tmp/foyer_schema.deb
    after=$(workers)
    promise "and leaves the processes that run alone" is "$before" "$after"
    promise "foyer-setup does not migrate either" exits 2 foyer-setup
    promise "but says which versions there are" says "the schema has version 99, this Foyer needs" foyer-setup
    sql foyer -c "DROP FUNCTION foyer_api.schema_version" \
        -c "ALTER FUNCTION foyer_api.schema_version_now RENAME TO schema_version"
    promise "when the schema is the program's, foyer-setup --renew goes on" foyer-setup --renew
    promise "with other processes" test -z "$(comm -12 <(echo "$before") <(workers))"
}

# Requests without a pause, until it is ended: their statuses.
ask_on() {
    exec stdbuf -oL curl -q -s -o /dev/null -w '%{http_code}\n' 'http://localhost/foyer/api/v1/health/ready?n=[1-9999999]'
}

other_servers() {
    quietly foyer-setup --remove-site
    promise "without Foyer, the web server does not know its paths" is 404 "$(site_status /foyer/api/v1/health/ready)"
    quietly service lighttpd stop
    quietly apt install --no-install-recommends apache2
    promise "with two web servers, foyer-setup wants to be told which" says "choose one with --server" foyer-setup
    promise "Apache without mod_fcgid is told what is missing" says "apt install libapache2-mod-fcgid" \
        foyer-setup --server apache
    quietly apt install libapache2-mod-fcgid
    promise "with Apache, foyer-setup makes a site" set_up --server apache
    promise "and prints two commands that work" commands_work
    promise "a body of 200,000 bytes is Foyer's to refuse there, too" is 413 "$(head -c 200000 /dev/zero |
        site_status /foyer/api/v1/conversations --data-binary @-)"
    promise "what Apache says when a process dies is Foyer's 503" is 503 "$(site_status /foyer-unavailable)"
    promise "foyer-setup knows which web server has Foyer" says "apache has Foyer already" foyer-setup
    quietly foyer-setup --remove-site
    quietly service apache2 stop

    quietly apt install --no-install-recommends nginx-light multiwatch spawn-fcgi
    foyer-setup --server nginx >/tmp/refused 2>&1 || true
    promise "systemd has nothing to say about the units" verify_units
    promise "with nginx and no systemd, foyer-setup says how to start processes" \
        bash -euc "$(grep -o 'mkdir .*' /tmp/refused)"
    promise "with them, it makes a site" set_up --server nginx
    promise "and prints two commands that work" commands_work
    promise "the processes can be renewed" foyer-setup --renew
    promise "and work" commands_work
    quietly foyer-setup --remove-site
    quietly service nginx stop
    kill -TERM "$(pidof multiwatch)"
    rm -r /run/foyer
}

removal() {
    local conversations
    foyer-setup --server lighttpd >/tmp/setup
    conversations=$(conversations)
    promise "the package can be removed" dpkg --remove foyer
    promise "the web server goes on without it" is 404 "$(site_status /foyer/api/v1/health/ready)"
    promise "the settings stay" test -e /etc/foyer/foyer.conf
    promise "and installed again" install_package /srv/foyer/foyer.deb
    promise "foyer-setup makes the site again" set_up --server lighttpd
    promise "with the data there was" is "$conversations" "$(conversations)"
    promise "and the application there was" commands_work
    conversations=$(conversations)
    promise "a purge says that the database was not touched" says "database foyer" apt purge foyer
    promise "and it was not" is "$conversations" "$(conversations)"
    promise "nothing else is left" test -z "$(left | tee "$said")"

    quietly install_package /srv/foyer/foyer.deb
    promise "foyer-setup deletes the database for nobody who does not ask" \
        exits 2 foyer-setup --drop-database </dev/null
    promise "and it is there" is "$conversations" "$(conversations)"
    promise "but for who does" foyer-setup --drop-database <<<foyer
    promise "there is no database then" is 0 "$(sql postgres -c "
        SELECT count(*) FROM pg_database WHERE datname = 'foyer'")"
    promise "no role" is 0 "$(sql postgres -c "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'foyer%'")"
    promise "and pg_hba.conf is as it was" cmp /tmp/pg_hba.conf "$(cat /tmp/hba_file)"
    promise "after a purge" dpkg --purge foyer
    promise "nothing is left" test -z "$(left | tee "$said")"
}

case $half in
    first)
        quietly begin
        if ! download >/tmp/step 2>&1; then
            tail -n 3 /tmp/step
            echo "ok $((++number)) - apt installs the package # SKIP no mirror of Debian can be reached"
            finish
        fi
        promise "apt installs the package with what it needs" apt install /srv/foyer/foyer.deb
        cp "$said" /tmp/installed
        exec unshare --net bash "$0" "$number" "$version" second
        ;;
    second)
        ip link set lo up
        without_anything
        one_command
        who_may_what
        run_again
        upgrade
        other_servers
        removal
        ;;
esac
finish
