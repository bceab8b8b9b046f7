#!/bin/bash
# Does a sweep in shards with GNU parallel, and merges them.
#
#   parallel.sh SWEEP SHARDS OUTPUT [OPTIONS OF PARALLEL]
#   parallel.sh sweep.yaml 16 sweep.jsonl --jobs 4
#
# The same command goes on after an interruption.
set -eu
if [ $# -lt 3 ]; then
  echo "usage: $0 SWEEP SHARDS OUTPUT [options of parallel]" >&2
  exit 64
fi
sweep=$1 shards=$2 output=$3
shift 3
parts="$output.parts"
# Parts have the form of the whole: jsonl or csv, or either with .gz behind it.
plain=${output%.gz}
form="${plain##*.}${output#"$plain"}"
mkdir -p "$parts"
seq "$shards" | parallel --halt soon,fail=1 "$@" \
  tilebound sweep "$sweep" --shard "{}/$shards" --threads 1 --quiet --output "$parts/part-{}.$form"
tilebound merge "$parts"/part-*."$form" --output "$output" --quiet
