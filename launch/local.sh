#!/usr/bin/env bash
# launch/local.sh N [arguments of swift-distill]: N ranks on this machine.
#
#   SD_BINARY   the program, when it is not the one beside these scripts
#   SD_THREADS  cores per rank, when it is not the machine's cores divided by N
#   SD_BIND     none: do not bind ranks to cores (several jobs on one machine)
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/supervise.sh"
# shellcheck source=launch/env.sh
. "$launch_folder/env.sh"

ranks=${1:-}
[[ $ranks =~ ^[1-9][0-9]{0,4}$ ]] || \
    leave 64 "usage: launch/local.sh N [arguments], N a number of ranks, not \"$ranks\""
shift
find_binary

cores=$(physical_cores)
refuse_crowd 64 "launch/local.sh $ranks" "$ranks" "$cores"
threads=${SD_THREADS:-$((cores / ranks > 0 ? cores / ranks : 1))}
[[ $threads =~ ^[1-9][0-9]{0,4}$ ]] || leave 64 "SD_THREADS is \"$threads\", not a number of cores"

# On one machine ranks talk through shared memory; left alone, Open MPI may look for networks first.
flags=(-np "$ranks" --mca pml ob1 --mca btl "self,vader")
if ((ranks * threads > cores)); then
    # Without the flag waiting ranks spin on the cores that others need.
    flags+=(--oversubscribe --bind-to none)
elif [ "$ranks" = 1 ] || [ "${SD_BIND:-}" = none ]; then
    flags+=(--bind-to none)
else
    # Left alone, Open MPI binds one or two ranks to a single core each, however many threads they start.
    flags+=(--map-by "slot:PE=$threads" --bind-to core)
fi

code=0
supervise mpirun "${flags[@]}" "$binary" "$@" || code=$?
exit "$code"
