#!/bin/sh
# SPDX-License-Identifier: MIT
#
# nvcc for a machine without one: compiles with the system's compiler, for the CPU, where tests/gpu/on_cpu runs the kernels. Takes nvcc's options and
# leaves out those that only nvcc knows.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
count=$#
while [ "$count" -gt 0 ]; do
    option=$1
    shift
    count=$((count - 1))
    case $option in
    -gencode=* | -arch=* | --expt-relaxed-constexpr | -O3) ;;
    -Werror | -Xcompiler | -x)
        shift
        count=$((count - 1))
        ;;
    *) set -- "$@" "$option" ;;
    esac
done
exec "${CXX:-c++}" -I"$here/on_cpu" -O0 -pthread -x c++ "$@"
