#!/bin/bash
# apt-install.sh PACKAGE... - installs Debian packages, and leaves it at that. Needs root.
#
# PostgreSQL's package would make and start a cluster "main" for the machine, a web server's a site on port 80,
# pgbouncer's a pool, now and after each boot. Foyer's scripts run servers of their own, so they are told not to while
# apt-get runs, and the web servers that are new stay disabled. A machine that has a policy of its own about services
# keeps it.
set -euo pipefail

policy=/usr/sbin/policy-rc.d
web_servers="apache2 lighttpd nginx"
clusters=/etc/postgresql-common/createcluster.d

start_no_services() {
    undo+=("rm -f $policy")
    cat >"$policy" <<'EOF'
#!/bin/sh
case " $* " in *apache2*|*lighttpd*|*nginx*|*postgresql*|*pgbouncer*) exit 101 ;; esac
EOF
    chmod 755 "$policy"
}

# service_known NAME: true when some package has brought this service.
service_known() {
    [[ -e /lib/systemd/system/$1.service || -e /etc/init.d/$1 ]]
}

disable_new_services() {
    local service
    for service in $unknown; do
        ! service_known "$service" || update-rc.d "$service" disable
    done
}

make_no_cluster() {
    undo+=("rm -f $clusters/foyer.conf" "rmdir --ignore-fail-on-non-empty $clusters")
    mkdir -p "$clusters"
    echo 'create_main_cluster = false' >"$clusters/foyer.conf"
}

clean_up() {
    local command
    for command in "${undo[@]}"; do
        $command
    done
}

undo=()
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
[[ -e $policy ]] || start_no_services
make_no_cluster
unknown=
for service in $web_servers; do
    service_known "$service" || unknown+=" $service"
done

# Old lists are better than none, and a fresh machine may still be busy with its first upgrade.
export DEBIAN_FRONTEND=noninteractive
apt-get -q update || echo "apt-get update failed: trying with the lists there are"
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
disable_new_services
