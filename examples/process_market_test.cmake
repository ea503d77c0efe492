# SPDX-License-Identifier: MIT
#
# PROCESS_MARKET: shares by signals and, with CGROUP, by a cgroup v2, which is mounted where none is; the trace, and what it refuses.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${PROCESS_MARKET})
set(NAME process_market)
set(SECONDS 60)
include(${ROOT}/tests/support/program.cmake)

set(good "killed. has ended.*of its share: every honest one.*half at most: yes.*its credits went: yes")

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

if(CGROUP)
  # In mounts of its own, which end with it.
  set(folder ${WORK}/cgroup)
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND unshare --mount sh -c [[
      mount -t cgroup2 none "$0" || exit
      "$1" --seconds 2 --cgroup "$0"; code=$?
      ls -d "$0"/process_market.* 2>/dev/null && echo 'groups are left' && code=3
      exit $code]] ${folder} ${PROCESS_MARKET}
    RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 60)
  if(output MATCHES "unshare|mount:|Permission denied|Read-only file system" OR exited MATCHES "[a-z]")
    message("skipped: no cgroup v2 can be mounted and written: ${exited} ${output}")
  elseif(NOT exited EQUAL 0 OR NOT output MATCHES "^processes are stopped by cgroup.freeze below ${folder}\n.*${good}")
    message(FATAL_ERROR "in a cgroup: ${exited} and\n${output}")
  endif()
  return()
endif()

expect(0 "^processes are stopped by SIGSTOP\n.*${good}" --seconds 2 --cgroup none --trace ${WORK}/trace.json)
file(READ ${WORK}/trace.json trace)
string(JSON events LENGTH "${trace}" traceEvents)
math(EXPR last "${events} - 1")
foreach(event RANGE 0 ${last} 20)
  string(JSON one GET "${trace}" traceEvents ${event})
  foreach(key IN ITEMS name ph cat pid tid ts dur)
    string(JSON value GET "${one}" ${key})
  endforeach()
endforeach()

# By itself it takes what it can have, and says what; as a user who may write to no cgroup, why not.
expect(0 "^processes are stopped by (cgroup.freeze below /|SIGSTOP, since no cgroup can be had: ).*${good}" --seconds 2)
find_program(setpriv setpriv)
set(RUNNER ${setpriv} --reuid=65534 --regid=65534 --clear-groups)
execute_process(COMMAND ${RUNNER} ${PROCESS_MARKET} --seconds 0 RESULT_VARIABLE exited OUTPUT_QUIET ERROR_QUIET)
if(exited EQUAL 2)
  expect(0 "^processes are stopped by SIGSTOP, since no cgroup can be had: [^\n]*(Permission denied|no cgroup v2 is mounted)\n.*${good}"
    --seconds 2)
endif()

set(RUNNER "")
set(usage "^process_market takes --seconds N, a number from 1 to 3600, [^\n]*\\.\n$")
expect(2 "${usage}" --seconds 0)
expect(2 "${usage}" --seconds 3601)
expect(2 "${usage}" --seconds 2s)
expect(2 "${usage}" --seconds)
expect(2 "${usage}" --seconds "")
expect(2 "${usage}" --no-such-option 1)
expect(2 "${usage}" a-word)
expect(2 "^process_market: /nowhere/cgroup.procs: No such file or directory\\.\n$" --cgroup /nowhere)
expect(2 "^process_market can't write the trace to ${WORK}/nowhere/trace.json\\.\n$" --trace ${WORK}/nowhere/trace.json)
