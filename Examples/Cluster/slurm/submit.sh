#!/bin/bash
# Submits a sweep to Slurm: a job array with a task for each shard, and a merge that runs when all of them have succeeded.
#
#   submit.sh SWEEP SHARDS OUTPUT [OPTIONS OF SBATCH]
#   submit.sh sweep.yaml 16 sweep.jsonl --partition=short
#
# How many shards? Slurm takes a second or so for a task, so a task should take minutes: divide the estimate of
# `tilebound sweep SWEEP --plan` by them. Its table for N shards, by `--shard 1/N --plan`, has the memory that a task needs
# (--mem in shard.sbatch) and the seconds that no number of shards goes below, those of the longest layer. The array's
# largest index must be below Slurm's MaxArraySize, 1001 unless the site set another. `--array` takes a limit to the tasks
# at once, as in 1-1000%200.
#
# What fails is done again by the same command: shards that are whole take a moment, the others go on where they were.
set -eu
if [ $# -lt 3 ]; then
  echo "usage: $0 SWEEP SHARDS OUTPUT [options of sbatch]" >&2
  exit 64
fi
export SWEEP=$1 SHARDS=$2 OUTPUT=$3
export PARTS="$OUTPUT.parts"
# Parts have the form of the whole: jsonl or csv, or either with .gz behind it.
plain=${OUTPUT%.gz}
export FORM="${plain##*.}${OUTPUT#"$plain"}"
shift 3
scripts=$(dirname "$0")
mkdir -p "$PARTS"
array=$(sbatch --parsable --array="1-$SHARDS" --output="$PARTS/%a.log" --open-mode=append "$@" "$scripts/shard.sbatch")
merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes --output="$PARTS/merge.log" \
  --open-mode=append "$@" "$scripts/merge.sbatch")
echo "shards $array, merge $merge"
