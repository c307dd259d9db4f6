#!/usr/bin/env bash
# Tests/Network/shaped.sh HOSTS LATENCY_US GBIT COMMAND…: a network to measure on, where there is only one machine.
#
# Makes HOSTS network namespaces whose packets wire.py carries with that bandwidth and one-way latency, runs one rank of
# COMMAND in each (one core per rank, as far as there are cores), and removes them. Needs root, ip and python3, and changes
# nothing outside its namespaces. With LATENCY_US 0 the namespaces hang on a bridge, and tc shapes the bandwidth (GBIT 0:
# none): wire.py takes a part of a core while data flow.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=launch/supervise.sh
. "$here/../../launch/supervise.sh"
# shellcheck source=launch/env.sh
. "$launch_folder/env.sh"

[ $# -ge 4 ] || leave 64 "usage: shaped.sh HOSTS LATENCY_US GBIT COMMAND…"
hosts=$1 latency=$2 gbit=$3
shift 3
[[ $hosts =~ ^([1-9]|[1-9][0-9])$ ]] || leave 64 "HOSTS is 1 to 99, not \"$hosts\""
[[ $latency =~ ^[0-9]+$ && $gbit =~ ^[0-9]+(\.[0-9]+)?$ ]] || leave 64 "LATENCY_US and GBIT are numbers"
[ "$(id -u)" = 0 ] || leave 77 "only root can make network namespaces"

name=sd$$
names=()
for ((i = 0; i < hosts; i++)); do names+=("$name-$i"); done
folder=$(mktemp -d)
carrier=
clean() {
    local i
    [ -z "$carrier" ] || kill "$carrier" 2>/dev/null || true
    for i in "${names[@]}" "$name"; do ip netns delete "$i" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap clean EXIT

for i in "${names[@]}"; do ip netns add "$i"; done
if [ "$latency" = 0 ]; then
    # The bridge has a namespace of its own, so that this machine's network does not see it.
    ip netns add "$name"
    ip -n "$name" link add bridge type bridge
    ip -n "$name" link set bridge up
    for ((i = 0; i < hosts; i++)); do
        ip -n "$name-$i" link add wire type veth peer name "port$i" netns "$name"
        ip -n "$name" link set "port$i" master bridge up
        ip -n "$name-$i" address add "10.93.7.$((i + 1))/24" dev wire
        ip -n "$name-$i" link set lo up
        ip -n "$name-$i" link set wire up
        if [ "$gbit" != 0 ]; then
            ip netns exec "$name-$i" tc qdisc add dev wire root tbf rate "${gbit}gbit" burst 128kb limit 16mb
        fi
    done
else
    python3 "$here/wire.py" "$latency" "$gbit" "${names[@]}" >"$folder/wire" &
    carrier=$!
    until grep -q ready "$folder/wire"; do
        kill -0 "$carrier" 2>/dev/null || leave 1 "the network could not be made"
        sleep 0.05
    done
fi

# What mpirun starts instead of ssh: runs a shell command on the host of an address.
cat >"$folder/enter" <<EOF
#!/bin/bash
host=\$((\${1##*.} - 1))
shift
exec ip netns exec "$name-\$host" unshare --uts bash -c "hostname $name-\$host; \$*"
EOF
# Every host believes that it has all cores: ranks take one each by hand.
cat >"$folder/rank" <<EOF
#!/bin/bash
exec taskset -c \$((OMPI_COMM_WORLD_RANK % $(nproc --all))) "\$@"
EOF
chmod +x "$folder/enter" "$folder/rank"
list=$(seq -s, -f "10.93.7.%g" 1 "$hosts")
code=0
"$folder/enter" 10.93.7.1 mpirun --host "$list" -np "$hosts" -q --bind-to none --oversubscribe \
    --mca plm_rsh_agent "$folder/enter" --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include 10.93.7.0/24 \
    --mca oob_tcp_if_include 10.93.7.0/24 "$folder/rank" "$(printf '%q ' "$@")" || code=$?
exit "$code"
