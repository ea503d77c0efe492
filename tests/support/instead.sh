#!/bin/sh
# SPDX-License-Identifier: MIT
#
# instead.sh COMPILER REPLACED ARGUMENTS...: a launcher of CMake that calls clang, as COMPILER, where CMake calls REPLACED, a GCC.

compiler=$1
shift 2
previous=
for argument; do
    # Clang would read the precompiled header that it is about to write.
    case $previous$argument in -o*.gch) rm -f -- "$argument" ;; esac
    previous=$argument
done
# shellcheck disable=SC2086  # none, or a word such as ccache
exec ${CMAKE_CXX_COMPILER_LAUNCHER:-} "$compiler" "$@"
