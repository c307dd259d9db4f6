#!/usr/bin/env bash
# launch/package.sh [FILE.tar.gz]: the program, launch/ and configs/ as an archive for the nodes of a cluster.
#
# Unpacked anywhere, launch/local.sh, launch/cluster.sh and bin/swift-distill work. FILE is
# swift-distill-VERSION-CPU.tar.gz unless given. The release program is built first; SD_BINARY names another one.
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/supervise.sh"
# shellcheck source=launch/tree.sh
. "$launch_folder/tree.sh"

[ $# -le 1 ] || leave 64 "usage: launch/package.sh [FILE.tar.gz]"
find_release
version=$("$binary" --version) || leave 78 "$binary does not run here"
name=swift-distill-$version-$(uname -m)
file=${1:-$name.tar.gz}
case $file in
    -*) leave 64 "usage: launch/package.sh [FILE.tar.gz]" ;;
    *.tar.gz | *.tgz) ;;
    *) leave 64 "$file: the archive's name ends in .tar.gz" ;;
esac
part=$(realpath -m "$file").$$.tmp
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$part"' EXIT
make_tree "$folder/$name" || leave 74 "$folder could not be filled"
tar -C "$folder" --owner=0 --group=0 --numeric-owner --sort=name -czf "$part" "$name" ||
    leave 74 "$file could not be written"
mv "$part" "$file"
tell "$file has swift-distill $version; unpack it at the same place on every node"
