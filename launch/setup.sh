#!/usr/bin/env bash
# launch/setup.sh: installs the system packages that swift-distill needs; only what is missing.
set -euo pipefail

# What is looked for | package of Debian and Ubuntu | package of Fedora and its relatives
needs=(
    "command:mpirun|openmpi-bin|openmpi"
    "command:pkg-config|pkg-config|pkgconf-pkg-config"
    "library:ompi-c|libopenmpi-dev|openmpi-devel"
    "library:openblas|libopenblas-dev|openblas-devel"
    "library:yaml-0.1|libyaml-dev|libyaml-devel"
    "library:libjpeg|libjpeg-dev|libjpeg-turbo-devel"
    "library:libpng|libpng-dev|libpng-devel"
    "library:libzip|libzip-dev|libzip-devel"
    "library:pangocairo|libpango1.0-dev|pango-devel"
    "font:sans|fonts-dejavu-core|dejavu-sans-fonts"
)

has() {
    case $1 in
        command:*) command -v "${1#*:}" >/dev/null ;;
        library:*) command -v pkg-config >/dev/null && pkg-config --exists "${1#*:}" ;;
        font:*) command -v fc-list >/dev/null && [ -n "$(fc-list | head -n 1)" ] ;;
    esac
}

# Sets `debian`, `fedora` and `missing` to what is not there.
look() {
    debian=() fedora=() missing=()
    local need what deb rpm
    for need in "${needs[@]}"; do
        IFS='|' read -r what deb rpm <<<"$need"
        has "$what" && continue
        missing+=("${what#*:}") debian+=("$deb") fedora+=("$rpm")
    done
}

# as_root COMMAND…: directly, or with sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

look
if [ ${#missing[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "setup: missing: ${missing[*]}" >&2
        echo "setup: this system has no apt-get; on Fedora and its relatives: sudo dnf install ${fedora[*]}" \
            "and then: module load mpi" >&2
        echo "setup: elsewhere install Open MPI 4.1 or later, OpenBLAS, libyaml, libjpeg-turbo, libpng, libzip and Pango" \
            "with their headers, so that pkg-config finds ompi-c, openblas, yaml-0.1, libjpeg, libpng, libzip and pangocairo, and any font" >&2
        exit 78
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        echo "setup: missing: ${missing[*]}; as root run: apt-get install ${debian[*]}" >&2
        exit 78
    fi
    echo "setup: installing ${debian[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! { as_root apt-get update -q && as_root apt-get install -q -y --no-install-recommends "${debian[@]}"; }; then
        echo "setup: could not install ${debian[*]}: see the messages above" >&2
        exit 78
    fi
    look
    if [ ${#missing[@]} -gt 0 ]; then
        echo "setup: installed, but still not found: ${missing[*]}" >&2
        exit 78
    fi
fi

if ! mpirun --version 2>/dev/null | grep -q "Open MPI"; then
    echo "setup: $(command -v mpirun) is not Open MPI's: put Open MPI's first in the PATH" \
        "(Debian and Ubuntu: update-alternatives --config mpirun)" >&2
    exit 78
fi
# An archive has its program already.
if [ -e "$(dirname "${BASH_SOURCE[0]}")/../Package.swift" ] && ! command -v swift >/dev/null; then
    echo "setup: swift is missing: install Swift 6.2 or later from https://www.swift.org/install/linux" >&2
    exit 78
fi
echo "setup: everything is there"
