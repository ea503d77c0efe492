#!/bin/sh
# SPDX-License-Identifier: MIT
#
# An experiment of the simulator in shards, by GNU parallel, and their results merged:
#
#     sh bench/sim/cluster/shards.sh SIM EXPERIMENT SHARDS OUT [OPTIONS OF SIM]
#
# SIM is build/release/bench/maxwell_sim. More machines: PARALLEL='--sshloginfile hosts --workdir .', where all see SIM, EXPERIMENT and OUT
# under the same names; -j N in it limits the shards at a time on one machine. The same command runs again what a killed one left.

set -eu
if [ $# -lt 4 ]; then
    echo "usage: sh shards.sh SIM EXPERIMENT SHARDS OUT [OPTIONS OF SIM]" >&2
    exit 2
fi
sim=$1 experiment=$2 shards=$3 out=$4
shift 4
command -v parallel >/dev/null || {
    echo "shards.sh: GNU parallel (Debian: parallel) is not installed." >&2
    exit 1
}
# A shard keeps what it has done, so a second attempt only runs the rest. One thread each: parallel starts one for each core.
seq "$shards" | parallel --will-cite --quote --retries 2 --halt soon,fail=1 \
    "$sim" "$experiment" --shard "{}/$shards" --threads 1 --out "$out" "$@"
exec "$sim" "$experiment" --merge --out "$out" "$@"
