# shellcheck shell=bash
# machine.sh - a Debian system to throw away: this one, seen through an overlay in memory, with processes of its own.
#
# That is a second's work and needs no mirror for the base system, which debootstrap would. What a test installs,
# removes or breaks in it is gone when its last process ends. The caller has put what is needed into DIR, which the
# system sees as /srv/foyer.

# machine_impossible: prints why there can be no such system here; false when there can.
machine_impossible() {
    if ((EUID != 0)); then
        echo "only root can install a package"
    elif [[ ! -e /etc/debian_version ]]; then
        echo "this is not a Debian system"
    elif awk '$2 ~ "^/(etc|usr|var)$" { found = 1 } END { exit !found }' /proc/mounts; then
        echo "an overlay of / would not have all of the system"
    elif ! unshare --mount --pid --fork --ipc --uts --net -- mount -t tmpfs none /mnt 2>/dev/null; then
        echo "no name spaces and mounts are allowed here"
    else
        return 1
    fi
}

# machine_run DIR COMMAND...: runs the command in such a system, which begins without foyer and without the servers.
machine_run() {
    local dir=$1
    shift
    mkdir "$dir/memory"
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --propagation private --pid --fork --kill-child --ipc --uts -- bash -euc '
        dir=$1
        shift
        mount -t tmpfs -o mode=755 memory "$dir/memory"
        cd "$dir/memory"
        mkdir upper work root
        mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
        mount -t proc proc root/proc
        mount --rbind /dev root/dev
        mount -t tmpfs shm root/dev/shm
        mount -t tmpfs -o mode=755 run root/run
        mount -t tmpfs -o mode=1777 tmp root/tmp
        mkdir -p root/run/lock root/srv/foyer
        mount --bind "$dir" root/srv/foyer
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            FOYER_TEST_TMP="$FOYER_TEST_TMP" chroot root "$@"
    ' machine "$dir" "$@"
}
