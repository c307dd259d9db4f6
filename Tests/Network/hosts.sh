#!/usr/bin/env bash
# Tests/Network/hosts.sh SCENARIO PROGRAM [arguments]: two hosts, where there is only one machine, and what goes wrong
# with them.
#
#   probe   nothing: exit code 0 when there can be such hosts
#   calm    nothing: the job is asked to stop after a while
#   down    the link between the hosts goes down and stays so
#   flap    the link goes down for SD_FLAP seconds (2), comes back, and later the job is asked to stop
#   daemon  the second host's Open MPI daemon is killed
#
# The hosts are network namespaces with an sshd and a host name each; launch/cluster.sh starts one rank of PROGRAM on
# each. Prints what the job says, and then `seconds EVENT S` since the trouble: said, ranks gone and daemon gone on
# either host, and `code C`, the script's exit code. Needs root, ip and OpenSSH's server, which Tests/Network/setup.sh
# installs (exit 77 without them), and changes nothing outside its namespaces.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 2 ] || { echo "usage: hosts.sh probe|calm|down|flap|daemon PROGRAM [arguments]" >&2; exit 64; }
scenario=$1 program=$(realpath "$(command -v "$2")")
shift 2
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || { echo "hosts.sh: skipped: there is no sshd" >&2; exit 77; }
[ "$(id -u)" = 0 ] && command -v ip ssh-keygen mpirun >/dev/null ||
    { echo "hosts.sh: skipped: it needs root, ip, ssh-keygen and mpirun" >&2; exit 77; }

name=sdh$$
folder=$(mktemp -d)
clean() {
    local host
    for host in 0 1; do
        ip netns pids "$name-$host" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
        ip netns delete "$name-$host" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap clean EXIT

# on HOST COMMAND…: becomes the command there; in the background only, so that `$!` is its process.
on() {
    local host=$1
    shift
    exec ip netns exec "$name-$host" unshare --uts --mount bash -c '
        hostname "$0" && mount -t tmpfs none /run && mkdir -p /run/sshd && exec "$@"' "$name-$host" "$@"
}

ip netns add "$name-0" 2>/dev/null || { echo "hosts.sh: skipped: no network namespaces here" >&2; exit 77; }
ip netns add "$name-1"
ip -n "$name-0" link add wire type veth peer name wire netns "$name-1"
ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
for host in 0 1; do
    ip -n "$name-$host" address add "10.93.8.$((host + 1))/24" dev wire
    ip -n "$name-$host" link set lo up
    ip -n "$name-$host" link set wire up
    ssh-keygen -q -t ed25519 -N '' -f "$folder/host$host"
    cat >"$folder/sshd$host" <<END
ListenAddress 10.93.8.$((host + 1))
HostKey $folder/host$host
AuthorizedKeysFile $folder/key.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
END
    on "$host" "$sshd" -D -f "$folder/sshd$host" 2>"$folder/sshd$host.log" &
    disown
    echo "10.93.8.$((host + 1)) slots=1" >>"$folder/hosts"
done
sleep 0.5
[ "$scenario" != probe ] || exit 0

now() { date +%s.%N; }

# count HOST NAME: processes there whose program has this name.
count() {
    local process counted=0
    for process in $(ip netns pids "$name-$1"); do
        [ "$(basename "$(readlink "/proc/$process/exe")" 2>/dev/null)" != "$2" ] || counted=$((counted + 1))
    done
    echo $counted
}

# until_true SECONDS COMMAND…: waits until it succeeds.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}

is_gone() { [ "$(count "$1" "$2")" = 0 ]; }
is_running() { ! is_gone 0 "${program##*/}" && ! is_gone 1 "${program##*/}"; }
has_ended() { ! kill -0 "$job" 2>/dev/null; }

# note EVENT COMMAND…: prints when it first succeeded, if it has not been printed.
note() {
    local event=$1
    shift
    [ -z "${noted[$event]:-}" ] && "$@" || return 0
    noted[$event]=1
    printf 'seconds %s %.1f\n' "$event" "$(awk "BEGIN { print $(now) - $start }")"
}

export SD_BINARY=$program SD_BIND=none
export SD_SSH_OPTIONS="-i $folder/key -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR"
on 0 "$here/../../launch/cluster.sh" "$folder/hosts" "$@" >"$folder/output" 2>"$folder/errors" &
job=$!
until_true 30 is_running || { cat "$folder/errors" "$folder"/sshd*.log >&2; exit 1; }
sleep 2

start=$(now)
case $scenario in
    down) ip -n "$name-0" link set wire down ;;
    flap)
        ip -n "$name-0" link set wire down
        sleep "${SD_FLAP:-2}"
        ip -n "$name-0" link set wire up
        sleep "${SD_FLAP:-2}"
        kill -TERM "$job"
        ;;
    daemon)
        for process in $(ip netns pids "$name-1"); do
            [ "$(basename "$(readlink "/proc/$process/exe")")" != orted ] || kill -KILL "$process"
        done
        ;;
    calm) kill -TERM "$job" ;;
esac
declare -A noted=()
end=$((SECONDS + ${SD_LIMIT:-120}))
while [ $SECONDS -lt $end ]; do
    note said grep -q 'no sign of life' "$folder/errors"
    note ranks-0-gone is_gone 0 "${program##*/}"
    note ranks-1-gone is_gone 1 "${program##*/}"
    note daemon-1-gone is_gone 1 orted
    note script-ended has_ended
    [ -z "${noted[script-ended]:-}" ] || [ -z "${noted[ranks-1-gone]:-}" ] ||
        [ -z "${noted[daemon-1-gone]:-}" ] || break
    sleep 0.1
done
cat "$folder/output" "$folder/errors"
code=0
wait "$job" || code=$?
echo "code $code"
