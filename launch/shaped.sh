#!/usr/bin/env bash
# launch/shaped.sh HOSTS LATENCY_US GBIT COMMAND…: a network to measure on, where there is only one machine.
#
# Makes HOSTS network namespaces on a bridge, each with a link of that bandwidth and that one-way latency, runs one rank of
# COMMAND in each (one core per rank, as far as there are cores), and removes them. LATENCY_US 0 GBIT 0 shapes nothing.
# Needs root, ip and tc; changes nothing outside its namespaces.
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "${BASH_SOURCE[0]}")/supervise.sh"
# shellcheck source=launch/env.sh
. "$launch_folder/env.sh"

[ $# -ge 4 ] || leave 64 "usage: launch/shaped.sh HOSTS LATENCY_US GBIT COMMAND…"
hosts=$1 latency=$2 gbit=$3
shift 3
[[ $hosts =~ ^([1-9]|[1-9][0-9])$ ]] || leave 64 "HOSTS is 1 to 99, not \"$hosts\""
[[ $latency =~ ^[0-9]+$ && $gbit =~ ^[0-9]+(\.[0-9]+)?$ ]] || leave 64 "LATENCY_US and GBIT are numbers"
[ "$(id -u)" = 0 ] || leave 77 "only root can make network namespaces"
command -v tc >/dev/null || leave 78 "tc is missing: apt-get install iproute2"

name=sd$$
folder=$(mktemp -d)
clean() {
    local i
    for ((i = 0; i < hosts; i++)); do ip netns delete "$name-$i" 2>/dev/null || true; done
    ip netns delete "$name" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT

# The bridge has a namespace of its own, so that this machine's network does not see it.
ip netns add "$name"
ip -n "$name" link add bridge type bridge
ip -n "$name" link set bridge up
for ((i = 0; i < hosts; i++)); do
    ip netns add "$name-$i"
    ip -n "$name-$i" link add wire type veth peer name "port$i" netns "$name"
    ip -n "$name" link set "port$i" master bridge up
    ip -n "$name-$i" address add "10.93.7.$((i + 1))/24" dev wire
    ip -n "$name-$i" link set lo up
    ip -n "$name-$i" link set wire up
    if [ "$latency" != 0 ] || [ "$gbit" != 0 ]; then
        # Room for what a link of that length and width holds, and more: a queue that drops is another experiment.
        ip netns exec "$name-$i" tc qdisc add dev wire root netem limit 100000 delay "${latency}us" rate "${gbit}gbit"
    fi
done

# What mpirun starts instead of ssh: enter(ADDRESS, WORDS…) runs a shell command on that host.
cat >"$folder/enter" <<EOF
#!/bin/bash
host=\$((\${1##*.} - 1))
shift
exec ip netns exec "$name-\$host" unshare --uts bash -c "hostname $name-\$host; \$*"
EOF
# Every host believes that it has all cores: ranks take one each by hand.
cat >"$folder/rank" <<EOF
#!/bin/bash
exec taskset -c \$((OMPI_COMM_WORLD_RANK % $(nproc))) "\$@"
EOF
chmod +x "$folder/enter" "$folder/rank"
list=$(seq -s, -f "10.93.7.%g" 1 "$hosts")
code=0
"$folder/enter" 10.93.7.1 mpirun --host "$list" -np "$hosts" -q --bind-to none --oversubscribe \
    --mca plm_rsh_agent "$folder/enter" --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include 10.93.7.0/24 \
    --mca oob_tcp_if_include 10.93.7.0/24 "$folder/rank" "$(printf '%q ' "$@")" || code=$?
exit "$code"
