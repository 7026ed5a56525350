# shellcheck shell=bash
# peers.sh - what the peers need from npm, as peers/node/package-lock.json pins it, in build/bench/node.

# peers_install ROOT: does nothing when it is there already.
peers_install() {
    local home=$1/build/bench/node lock=$1/tests/bench/peers/node
    mkdir -p "$home"
    cmp -s "$lock/package-lock.json" "$home/installed" && return
    cp "$lock/package.json" "$lock/package-lock.json" "$home"
    npm ci --prefix="$home" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
    cp "$lock/package-lock.json" "$home/installed"
}
