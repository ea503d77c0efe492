# SPDX-License-Identifier: MIT
#
# What FIBER_SCHEDULER doesn't take it says in one sentence, with exit code 2.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${FIBER_SCHEDULER})
set(NAME fiber_scheduler)
include(${ROOT}/tests/support/program.cmake)

set(help "--help lists the options")
refused("${help}" --ms 0)
refused("${help}" --ms none)
refused("nan is not a number.*${help}" --ms nan)
refused("${help}" --ms)
refused("${help}" --yields 999)
refused("${help}" --yields 1e99)
refused("${help}" --full=maybe)
refused("${help}" --no-such-option)
refused("${help}" a-word)
refused("none.csv: No such file" --replay ${WORK}/none.csv)
refused("${ROOT}: Is a directory" --replay ${ROOT})
file(MAKE_DIRECTORY ${WORK})
file(WRITE ${WORK}/no-recording.csv "a,b\n1,2\n")
refused("no-recording.csv" --replay ${WORK}/no-recording.csv)
