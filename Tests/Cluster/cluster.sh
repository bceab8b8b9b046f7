#!/bin/bash
# Does the sweep of Examples/Cluster in shards: by Slurm on a cluster of this machine alone, one task of which is stopped and
# queued again, by GNU parallel and by Snakemake; and compares what is merged with the sweep done at once.
#
# As root, with the program on the PATH. Daemons have configuration, key, state and sockets of their own in a folder that is
# gone afterwards.
set -euo pipefail
examples=$(cd "$(dirname "$0")/../../Examples/Cluster" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "$0: the daemons of the test's cluster run as root" >&2
  exit 1
fi
folder=$(mktemp -d /tmp/tilebound-cluster.XXXXXX)
chmod 755 "$folder"
daemons=()
finish() {
  code=$?
  if [ "$code" -ne 0 ]; then tail -n 20 "$folder"/*.log "$folder"/slurm/*.parts/*.log >&2 2>/dev/null || true; fi
  # The last to be started, which need the others, first.
  for ((index = ${#daemons[@]} - 1; index >= 0; index--)); do
    kill "${daemons[index]}" 2>/dev/null && wait "${daemons[index]}" 2>/dev/null || true
  done
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT

# Waits until a command succeeds, for so many seconds at most.
await() {
  local what=$1 seconds=$2
  shift 2
  for ((tries = 0; tries < 10 * seconds; tries++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "$0: $what took more than $seconds seconds" >&2
  exit 1
}

# Compares what was merged in a folder, in a form, with the sweep at once.
compare() {
  cmp "$folder/whole.$3" "$1/sweep.$3"
  cmp "$folder/whole.$3.index.json" "$1/sweep.$3.index.json"
  echo "$2, sweep.$3: the same as the sweep at once"
}

cp "$examples/sweep.yaml" "$folder"
mkdir "$folder"/{slurm,parallel,snakemake}
for kind in slurm parallel snakemake; do cp "$folder/sweep.yaml" "$folder/$kind"; done
cd "$folder"
for form in jsonl csv.gz; do tilebound sweep sweep.yaml --output "whole.$form" --quiet; done
echo "the sweep at once: $(wc -l <whole.jsonl) records"

# A cluster of one node.
export SLURM_CONF="$folder/slurm.conf"
node=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir "$folder"/{munge,state,spool}
chmod 711 "$folder/munge"
(umask 077 && head -c 1024 /dev/urandom >munge.key)
cat >"$SLURM_CONF" <<CONFIGURATION
ClusterName=tilebound
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ReturnToService=2
KillWait=5
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 RealMemory=2048 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONFIGURATION
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/pid" --log-file="$folder/munge.log" --seed-file="$folder/munge/seed" >munged.log 2>&1 &
daemons+=($!)
await "munged" 20 test -S "$folder/munge/socket"
slurmctld -D -f "$SLURM_CONF" >slurmctld.log 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$node" >slurmd.log 2>&1 &
daemons+=($!)
is_idle() { sinfo --noheader --format=%T | grep -qx idle; }
await "the node" 60 is_idle

(
  cd slurm
  submitted=$("$examples/slurm/submit.sh" sweep.yaml 4 sweep.jsonl)
  echo "$submitted"
  array=$(sed -E 's/shards ([0-9]+), .*/\1/' <<<"$submitted")
  # One of the shards, once it has records and not all: it is stopped and goes on when its turn comes again.
  has_records() { [ "$(wc -l <"sweep.jsonl.parts/part-2.jsonl.progress")" -gt 2 ]; }
  await "the second shard" 60 has_records
  scontrol requeue "${array}_2"
  is_stopped() { grep -q "the same command goes on from here" sweep.jsonl.parts/2.log; }
  await "the end of the second shard" 20 is_stopped
  test ! -e sweep.jsonl.parts/part-2.jsonl
  echo "stopped shard 2 after $(($(wc -l <sweep.jsonl.parts/part-2.jsonl.progress) - 1)) layers"
  await "the merge" 300 test -e sweep.jsonl
)
compare slurm Slurm jsonl
(
  cd slurm
  "$examples/slurm/submit.sh" sweep.yaml 4 sweep.csv.gz
  await "the merge of compressed parts" 300 test -e sweep.csv.gz
)
compare slurm Slurm csv.gz

for form in jsonl csv.gz; do
  (cd parallel && "$examples/parallel.sh" sweep.yaml 4 "sweep.$form" --jobs 2)
  compare parallel "GNU parallel" "$form"
  (cd snakemake && snakemake --snakefile "$examples/Snakefile" --cores 2 --config shards=4 output="sweep.$form" --quiet)
  compare snakemake Snakemake "$form"
done
