#!/usr/bin/env bash
# launch/install.sh [PREFIX]: puts the program into PREFIX/bin, and launch/ and configs/ into
# PREFIX/share/swift-distill. launch/install.sh --uninstall [PREFIX]: takes them away again.
#
# PREFIX is ~/.local unless given. From the repository the release program is built first; SD_BINARY names another one.
# What was installed before is replaced at once: PREFIX/share/swift-distill is a link to a folder of its own per
# installation.
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/supervise.sh"
# shellcheck source=launch/tree.sh
. "$launch_folder/tree.sh"

action=install
if [ "${1:-}" = --uninstall ]; then
    action=uninstall
    shift
fi
case ${1:-} in -*) leave 64 "usage: launch/install.sh [--uninstall] [PREFIX]" ;; esac
[ $# -le 1 ] || leave 64 "usage: launch/install.sh [--uninstall] [PREFIX]"
prefix=${1:-${HOME:-}/.local}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
prefix=$(realpath -m -s "$prefix")
program=$prefix/bin/swift-distill share=$prefix/share/swift-distill trees=$prefix/lib/swift-distill

# replace LINK TARGET: at once, whatever was there.
replace() {
    ln -s "$2" "$1.$$" && mv -T "$1.$$" "$1" || {
        rm -f "$1.$$"
        leave 73 "$1 could not be made"
    }
}

# remove_all_but FOLDER: trees of other installations.
remove_all_but() {
    local tree
    for tree in "$trees"/*; do
        [ "$tree" = "$1" ] || remove_tree "$tree"
    done
}

is_ours() { [ -L "$1" ] && [ "$(readlink "$1")" = "$2" ]; }

install() {
    local tree version
    find_release
    # As a running program is one file, an old one may go on with it.
    version=$("$binary" --version) || leave 78 "$binary does not run here"
    [ ! -e "$share" ] || [ -L "$share" ] || leave 73 "$share is in the way: it is no link of an installation"
    [ ! -d "$program" ] || leave 73 "$program is in the way: it is a folder"
    mkdir -p "$prefix/bin" "$prefix/share" "$trees" || leave 73 "$prefix cannot be written"
    tree=$(mktemp -d "$trees/new.XXXXXX") || leave 73 "$trees cannot be written"
    trap 'rm -rf "$tree"' EXIT
    make_tree "$tree" || leave 74 "$tree could not be filled"
    chmod 755 "$tree"
    trap - EXIT
    replace "$share" "../lib/swift-distill/${tree##*/}"
    is_ours "$program" ../share/swift-distill/bin/swift-distill ||
        replace "$program" ../share/swift-distill/bin/swift-distill
    remove_all_but "$tree"
    tell "swift-distill $version is in $prefix/bin, launch/ and configs/ are in $share"
    case :$PATH: in
        *":$prefix/bin:"*) ;;
        *)
            tell "$prefix/bin is not on the PATH; add this line to ~/.profile:"
            printf 'export PATH=%q:"$PATH"\n' "$prefix/bin"
            ;;
    esac
    tell "a bare mpirun as root, or with more ranks than cores, wants this once per shell: . $share/launch/env.sh"
}

uninstall() {
    [ -L "$share" ] || leave 66 "nothing is installed in $prefix"
    ! is_ours "$program" ../share/swift-distill/bin/swift-distill || rm -f "$program"
    rm -f "$share"
    remove_all_but ""
    rmdir "$trees" 2>/dev/null || true
    tell "swift-distill is no longer in $prefix"
}

$action
