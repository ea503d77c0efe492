# SPDX-License-Identifier: MIT
#
# gdb, in batch mode on a stopped program, prints Maxwell's objects as docs/packaging/maxwell_printers.py says. Without that file it must not.

cmake_minimum_required(VERSION 3.25)

if(NOT GDB)
  message("skipped: there is no gdb")
  return()
endif()
set(objects one won nobody somebody buckets tree lazy accounts agents two_lanes page)
string(CONCAT expected
  "= agent 3 \\(generation 1\\): 100 a unit for 5000\n.*"
  "= agent 3 \\(generation 1\\): 100 a unit for 5000, pays 42 a unit\n.*"
  "= nobody runs: reserve\n.*"
  "= lane 1: agent 3 \\(generation 1\\): 100 a unit for 5000, pays 42 a unit\n.*"
  "= 2 of 64 slots bid, reserve 5 = {\\[3\\] = agent 3 \\(generation 1\\): 100 a unit for 5000, \\[7\\] = agent 7: 200 a unit for 1}\n.*"
  "= 2 of 10 slots bid, reserve 5 = {\\[3\\] = [^}]*, \\[7\\] = agent 7: 200 a unit for 1}\n.*"
  "= 2 of 300 slots bid, reserve 5 = {\\[3\\] = [^}]*, \\[7\\] = agent 7: 200 a unit for 1}\n.*"
  "= 1 of 4 accounts open, balances 500 = {\\[2\\] = 500 of at most 500}\n.*"
  "= 0 running, 1 waiting, 1 blocked = {\\[1\\] = waiting, lane 0, agent 1: 70 a unit for 2, \\[4\\] = blocked, lane 1, agent 4: 0 a unit for 0}\n.*"
  "= 2 lanes, shut 0x0 = .*"
  "= version 1, 2 lanes\n")

foreach(printers "${ROOT}/docs/packaging/maxwell_printers.py" "")
  set(commands -ex "set auto-load no" -ex "set width 0")
  if(printers)
    list(APPEND commands -ex "source ${printers}")
  endif()
  list(APPEND commands -ex "break stop_here" -ex run)
  foreach(object IN LISTS objects)
    list(APPEND commands -ex "print ${object}")
  endforeach()
  execute_process(COMMAND ${GDB} -nx -batch ${commands} ${PROGRAM} OUTPUT_VARIABLE output ERROR_VARIABLE error RESULT_VARIABLE failed)
  if(failed OR NOT output MATCHES "Breakpoint 1, ")
    if("${output}${error}" MATCHES "ptrace|not permitted")
      message("skipped: this system lets no process debug another")
      return()
    endif()
    message(FATAL_ERROR "gdb: ${output}${error}")
  endif()
  if(printers AND NOT output MATCHES "${expected}")
    message(FATAL_ERROR "printed:\n${output}${error}")
  endif()
  if(NOT printers AND output MATCHES "a unit for")
    message(FATAL_ERROR "without the printers gdb must not print so:\n${output}")
  endif()
endforeach()
