# SPDX-License-Identifier: MIT
#
# What scx_maxwell doesn't do it says in one sentence, with exit code 2: without a kernel that has sched_ext, too.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${SCX_MAXWELL})
set(NAME scx_maxwell)
include(${ROOT}/tests/support/program.cmake)

expect(2 "--bid takes GROUP=NUMBER, .* not \"5\"" --bid 5)
expect(2 "--bid takes GROUP=NUMBER" --bid 1=-3)
expect(2 "--weight takes GROUP=NUMBER" --weight =3)
expect(2 "a weight is 1 to 10000" --weight 1=0)
expect(2 "a lane is 0 to 3" --lane 1=4)
expect(2 "--multiplier takes LANE=PERCENT" --multiplier 9=100)
expect(2 "--slice-ms" --slice-ms 0)
expect(2 "--slice-ms" --slice-ms nan)
expect(2 "no scheduler has pinned its maps in /nowhere" --pin /nowhere --set 1=5)
expect(2 "excludes" --multiplier 1=200 --prices /nowhere)
expect(2 "needs root|/nowhere can't be opened" --prices /nowhere)
expect(2 "needs root|is no price page of 4 lanes" --prices ${CMAKE_CURRENT_LIST_FILE})
if(NOT EXISTS /sys/kernel/sched_ext)
  expect(2 "needs root|has no BTF|has no sched_ext" --bid 1=5)
endif()
