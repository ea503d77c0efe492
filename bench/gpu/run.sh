#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Everything that needs a GPU, in less than four minutes: builds the batch auction with nvcc, compares it with the CPU's, under
# compute-sanitizer too where there is one, measures it, and writes one JSON file.
#
#     bench/gpu/run.sh [--build-only] [FILE]     FILE: build/gpu/results.json if left out
#
# Needs nvcc of CUDA 12.4 or later and nothing else. --build-only compiles for sm_80 and sm_90, on a machine without a GPU. MARKETS and MAX_BIDS in the
# environment make a shorter run, as tests/gpu/run_sh.cmake does with a compiler that runs kernels on the CPU.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
work=$root/build/gpu
build_only=
file=$work/results.json
for argument; do
    case $argument in
    --build-only) build_only=yes ;;
    -*) printf 'run.sh: there is no option %s.\n' "$argument" >&2 && exit 2 ;;
    *) file=$argument ;;
    esac
done
markets=${MARKETS:-5000}
max_bids=${MAX_BIDS:-10000000}

nvcc=$(command -v nvcc || printf '%s' /usr/local/cuda/bin/nvcc)
[ -x "$nvcc" ] || { printf 'run.sh: nvcc is needed, and is not in PATH.\n' >&2 && exit 2; }
for_machines='-arch=native'
if [ -n "$build_only" ]; then
    for_machines='-gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_90,code=sm_90'
elif ! nvidia-smi >/dev/null 2>&1; then
    printf 'run.sh: there is no GPU here; --build-only compiles without one.\n' >&2
    exit 2
fi

mkdir -p "$work"
compile() {
    # shellcheck disable=SC2086  # several options
    "$nvcc" -std=c++20 --expt-relaxed-constexpr $for_machines -O3 -DNDEBUG -Werror all-warnings -Xcompiler -Wall,-Wextra \
        -I"$root/include" -I"$root/tests" -x cu "$1" -o "$2"
}
printf 'building ...\n'
compile "$root/tests/gpu/device_checks.cpp" "$work/device_checks" &
checks=$!
compile "$root/bench/gpu/batch_bench.cu" "$work/batch_bench"
wait $checks
[ -z "$build_only" ] || exit 0

printf 'comparing with the CPU ...\n'
timeout 30 "$work/device_checks" "$markets"
sanitizer=$(command -v compute-sanitizer || printf '%s' /usr/local/cuda/bin/compute-sanitizer)
if [ -x "$sanitizer" ]; then
    for tool in memcheck racecheck; do
        printf 'the same under compute-sanitizer, %s ...\n' $tool
        timeout 45 "$sanitizer" --tool $tool --error-exitcode 1 "$work/device_checks" 20
    done
else
    printf 'skipped: there is no compute-sanitizer.\n'
fi
printf 'measuring ...\n'
mkdir -p "$(dirname -- "$file")"
timeout 60 "$work/batch_bench" "bench/gpu/run.sh $*" "$max_bids" >"$file.part"
mv -- "$file.part" "$file"
printf '%s\n' "$file"
