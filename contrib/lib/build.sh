# shellcheck shell=bash
# build.sh - from the sources to build/, doing only what has to be done.

# build ROOT [OPTION...]: builds ROOT in ROOT/build, configured with at least these options. One at a time.
build() (
    set -e
    cd "$1"
    shift
    mkdir -p build
    exec {lock}>build/.lock
    flock "$lock"
    if sources_newer; then
        autoreconf -fi
    fi
    cd build
    if ! configured "$@"; then
        ../configure --quiet "$@"
    fi
    make -s -j"$(nproc)"
)

sources_newer() {
    [[ configure.ac -nt configure || Makefile.am -nt Makefile.in ]]
}

configured() {
    local option
    [[ -e Makefile && ! ../configure -nt config.status ]] || return 1
    for option; do
        grep -qF -- "$option" config.status || return 1
    done
}
