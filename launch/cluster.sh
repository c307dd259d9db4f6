#!/usr/bin/env bash
# launch/cluster.sh HOSTFILE [arguments of swift-distill]: ranks on the hosts of a file such as hostfile.example.
#
#   SD_BINARY       the program, when it is not the one beside these scripts; the same path on every host
#   SD_THREADS      cores per rank, when it is not a host's cores divided by its slots
#   SD_BIND         none: do not bind ranks to cores (several jobs on a host)
#   SD_SUBNET       the network between the hosts, as 10.0.0.0/24; none: leave the choice to Open MPI
#   SD_SSH_OPTIONS  more options for ssh, as "-p 2222 -i KEY"
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/supervise.sh"
# shellcheck source=launch/env.sh
. "$launch_folder/env.sh"
# shellcheck source=launch/hosts.sh
. "$launch_folder/hosts.sh"

[ $# -ge 1 ] || leave 64 "usage: launch/cluster.sh HOSTFILE [arguments]"
hostfile=$1
shift
find_binary
# Its place as it was named: other hosts may have the same link to another folder.
binary=$(realpath -s "$binary")
read_hostfile "$hostfile"

answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT
ask_hosts "$answers" "$binary"
check_hosts "$answers" "$binary"
choose_subnet "$answers"

printf '%s\n' "${host_lines[@]}" >"$answers/hostfile"
flags=(--hostfile "$answers/hostfile" -np "$ranks" --mca orte_keep_fqdn_hostnames 1)
# Slots beyond the cores are said to Open MPI as what they are: else waiting ranks would spin on the others' cores.
if [ "$threads" -lt 1 ]; then
    flags+=(--oversubscribe --bind-to none --mca mpi_yield_when_idle 1)
elif [ "${SD_BIND:-}" = none ]; then
    flags+=(--bind-to none)
else
    # Ranks side by side on a host: the large halves of a sum then stay inside it.
    flags+=(--map-by "slot:PE=$threads" --bind-to core)
fi
if [ ${#hosts[@]} -gt 1 ] && [ "$subnet" != none ]; then
    if [ -n "$subnet" ]; then
        flags+=(--mca btl_tcp_if_include "$subnet" --mca oob_tcp_if_include "$subnet")
    else
        echo "launch: warning: no network holds an address of every host; if the job hangs, set SD_SUBNET" >&2
    fi
fi
# A host that is cut off while nothing is sent is noticed after 30 seconds, as the ranks notice it, not after minutes.
flags+=(--mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 5 --mca oob_tcp_keepalive_probes 4)
flags+=(--mca plm_rsh_args "${ssh_options[*]} -o ConnectionAttempts=3 -o ServerAliveInterval=15")
if [ ${#hosts[@]} -ge 64 ]; then
    flags+=(--mca plm_rsh_no_tree_spawn 1 --mca plm_rsh_num_concurrent 64)
fi

forward_variables
code=0
supervise mpirun "${flags[@]}" "${forward[@]}" "$binary" "$@" || code=$?
exit "$code"
