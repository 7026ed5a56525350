# shellcheck shell=bash
# build.sh - from the sources to build/, doing only what has to be done.

# build ROOT [OPTION...]: builds ROOT in ROOT/$build_dir, build if unset, configured with at least these options.
# One at a time.
build() (
    set -e
    cd "$1"
    shift
    mkdir -p "${build_dir:=build}"
    exec {lock}>build/.lock
    flock "$lock"
    if sources_newer; then
        autoreconf -fi
    fi
    sources=$(realpath --relative-to="$build_dir" .)
    cd "$build_dir"
    if ! configured "$sources" "$@"; then
        "$sources/configure" --quiet "$@"
    fi
    make -s -j"$(nproc)"
)

sources_newer() {
    [[ configure.ac -nt configure || Makefile.am -nt Makefile.in ]]
}

configured() {
    local option sources=$1
    shift
    [[ -e Makefile && ! $sources/configure -nt config.status ]] || return 1
    for option; do
        grep -qF -- "$option" config.status || return 1
    done
}
