#!/usr/bin/env bash
# Tests/Network/slurm.sh COMMAND…: runs COMMAND with a Slurm of its own: a controller and one node, which is this
# machine.
#
# All of it (keys, sockets, states) is in a folder that is removed, and its daemons end with it. Needs root and Debian's
# slurm-wlm and munge, which Tests/Network/setup.sh installs (exit 77 without them).
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: slurm.sh COMMAND…" >&2; exit 64; }
PATH=$PATH:/usr/sbin
for need in munged slurmctld slurmd sbatch scontrol mpirun; do
    command -v $need >/dev/null || { echo "slurm.sh: skipped: there is no $need" >&2; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "slurm.sh: skipped: only root can start Slurm's daemons" >&2; exit 77; }

folder=$(mktemp -d)
# munge wants to be sure that nobody else can write where its socket is.
chmod 755 "$folder"
daemons=()
clean() {
    scancel --full --signal=KILL --user=root 2>/dev/null || true
    sleep 0.5
    [ ${#daemons[@]} = 0 ] || kill -KILL "${daemons[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT

# free_port: one that nobody uses now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }

mkdir "$folder/state" "$folder/spool"
dd if=/dev/urandom of="$folder/key" bs=1024 count=1 status=none
chmod 400 "$folder/key"
host=$(hostname -s)
cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,sched_min_interval=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$folder/slurm.conf
munged --foreground --force --key-file="$folder/key" --socket="$folder/munge.socket" --pid-file="$folder/munge.pid" \
    --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" >/dev/null 2>&1 &
daemons+=($!)
for ((i = 0; i < 50; i++)); do
    [ -S "$folder/munge.socket" ] && break
    sleep 0.1
done
slurmctld -D >/dev/null 2>&1 &
daemons+=($!)
slurmd -D >/dev/null 2>&1 &
daemons+=($!)
for ((i = 0; i < 100; i++)); do
    [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ] && break
    sleep 0.2
done
if [ "$(sinfo --noheader --format=%T 2>/dev/null)" != idle ]; then
    tail -n 5 "$folder"/*.log >&2
    echo "slurm.sh: Slurm does not start here" >&2
    exit 1
fi
code=0
"$@" || code=$?
exit "$code"
