# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# packages.sh - the Debian packages that a script needs: which are missing, and their installation.

packages_dir=$(dirname "${BASH_SOURCE[0]}")

# packages_ensure GROUP...: installs what is missing of these groups, or refuses when it cannot or must not
# (install=no).
packages_ensure() {
    local missing
    [[ -x /usr/bin/dpkg-query ]] || refuse "this is not a Debian machine; the packages are in $packages_dir/packages"
    mapfile -t missing < <(packages_missing "$@")
    if ((${#missing[@]} == 0)); then
        return
    elif [[ $install == no ]]; then
        refuse "missing packages: ${missing[*]}"
    elif ((EUID != 0)) && ! command -v sudo >/dev/null; then
        refuse "not root, no sudo, and missing packages: ${missing[*]}"
    fi
    note "packages to install: ${missing[*]}"
    step "installation of ${#missing[@]} packages" packages_install "${missing[@]}"
}

# packages_missing GROUP...: the packages of these groups that are not installed, one a line.
packages_missing() {
    local group
    for group; do
        awk -v group="$group" '
            $1 == group && !($3 == "unless" && system("command -v " $4 " >/dev/null") == 0) { print $2 }
        ' "$packages_dir/packages"
    done | grep -vxF -f <(packages_installed) || true
}

packages_installed() {
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'
}

packages_install() {
    local as_root=()
    ((EUID == 0)) || as_root=(sudo)
    "${as_root[@]}" bash "$packages_dir/apt-install.sh" "$@"
}
