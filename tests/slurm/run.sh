#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Slurm on one node (Debian's slurm-wlm, as root), and ten takes solved by farm/slurm: `make test-slurm`.
# Everything that it starts is stopped at the end; its files are below the folder given.
set -euo pipefail

folder=${1:?usage: run.sh FOLDER PYTHON}
python=$(realpath -s "${2:?usage: run.sh FOLDER PYTHON}")
root=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" = 0 ] || { echo "error: starting Slurm's daemons needs root" >&2; exit 2; }
if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
	apt-get update -q && apt-get install -y -q slurm-wlm munge
fi
rm -rf "$folder"
mkdir -p "$folder/state" "$folder/spool"
folder=$(realpath "$folder")
export SLURM_CONF=$folder/slurm.conf PYTHONPATH=$root

cpus=$(nproc)
cat >"$SLURM_CONF" <<CONF
ClusterName=lsmplify
SlurmctldHost=localhost
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge.socket
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
MailProg=/bin/true
ReturnToService=2
NodeName=localhost CPUs=$cpus RealMemory=4096 State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF

started=()
stop() {
	# Jobs end before the daemons that watch over them: a step without its slurmd would stay.
	scancel --user="$(id -un)" 2>/dev/null || true
	for _ in $(seq 50); do [ -z "$(squeue --noheader 2>/dev/null)" ] && break; sleep 0.2; done
	sleep 1
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
}
trap stop EXIT

dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none
chmod 400 "$folder/munge.key"
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
	--pid-file="$folder/munge.pid" --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" \
	2>"$folder/munge.err" &
started+=($!)
for _ in $(seq 50); do [ -S "$folder/munge.socket" ] && break; sleep 0.1; done
slurmctld -D 2>"$folder/slurmctld.err" &
started+=($!)
slurmd -D -N localhost 2>"$folder/slurmd.err" &
started+=($!)
for _ in $(seq 100); do
	[ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ] && break
	sleep 0.2
done
sinfo

"$python" "$root/tests/slurm/ten_takes.py" "$folder" "$python"
