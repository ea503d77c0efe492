# SPDX-License-Identifier: MIT
#
# What scx_maxwell doesn't do it says in one sentence, with exit code 2: without a kernel that has sched_ext, too.

cmake_minimum_required(VERSION 3.25)

function(refuses sentence)
  execute_process(COMMAND ${SCX_MAXWELL} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 20)
  if(NOT code EQUAL 2 OR NOT output MATCHES "${sentence}")
    message(FATAL_ERROR "scx_maxwell ${ARGN}: exit code ${code}, not 2 and \"${sentence}\":\n${output}")
  endif()
endfunction()

refuses("--bid takes GROUP=NUMBER, .* not \"5\"" --bid 5)
refuses("--bid takes GROUP=NUMBER" --bid 1=-3)
refuses("--weight takes GROUP=NUMBER" --weight =3)
refuses("a weight is 1 to 10000" --weight 1=0)
refuses("a lane is 0 to 3" --lane 1=4)
refuses("--multiplier takes LANE=PERCENT" --multiplier 9=100)
refuses("--slice-ms" --slice-ms 0)
refuses("--slice-ms" --slice-ms nan)
refuses("no scheduler has pinned its maps in /nowhere" --pin /nowhere --set 1=5)
refuses("excludes" --multiplier 1=200 --prices /nowhere)
refuses("needs root|/nowhere can't be opened" --prices /nowhere)
refuses("needs root|is no price page of 4 lanes" --prices ${CMAKE_CURRENT_LIST_FILE})
if(NOT EXISTS /sys/kernel/sched_ext)
  refuses("needs root|has no BTF|has no sched_ext" --bid 1=5)
endif()
