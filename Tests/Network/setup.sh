#!/usr/bin/env bash
# Tests/Network/setup.sh: installs what tests with two hosts and with Slurm need, on Debian and Ubuntu, as root.
#
# Nothing else does: these are servers, which not every machine wants. None of them has to run.
set -euo pipefail
command -v apt-get >/dev/null || {
    echo "setup: no apt-get here; the tests need sshd, munged, slurmctld and slurmd" >&2
    exit 78
}
[ "$(id -u)" = 0 ] || { echo "setup: run it as root" >&2; exit 78; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
exec apt-get install -q -y --no-install-recommends iproute2 openssh-server openssh-client munge slurm-wlm
