# SPDX-License-Identifier: MIT
#
# Frama-C's Eva on the C headers of bpf/, with memory that holds anything: no alarm, every statement reached, and no loop in any header.
#
# A mutant (HEADER, FROM, TO: one text replaced in a copy; REFUSED=REGEX) must raise an alarm.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

if(NOT FRAMA_C)
  message("skipped: Frama-C is not here (Debian: frama-c-base)")
  return()
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/maxwell)
file(COPY ${ROOT}/include/maxwell/abi ${ROOT}/include/maxwell/bpf DESTINATION ${WORK}/maxwell)
if(HEADER)
  set(file ${WORK}/maxwell/bpf/${HEADER})
  file(READ ${file} text)
  string(FIND "${text}" "${FROM}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${HEADER} has no \"${FROM}\"")
  endif()
  string(REPLACE "${FROM}" "${TO}" text "${text}")
  file(WRITE ${file} "${text}")
endif()

set(reasons "")
execute_process(COMMAND ${FRAMA_C} -c11 -machdep gcc_x86_64 "-cpp-extra-args=-I${WORK} -DMAXWELL_CAPACITY=${CAPACITY}" -eva -eva-precision 3
  -eva-no-show-progress -eva-no-print ${CMAKE_CURRENT_LIST_DIR}/eva.c
  OUTPUT_FILE ${WORK}/eva.log ERROR_FILE ${WORK}/eva.log RESULT_VARIABLE failed)
file(READ ${WORK}/eva.log log)
string(REGEX REPLACE "[][;]" " " log "${log}")
if(failed)
  string(APPEND reasons "Frama-C failed:\n${log}\n")
endif()
if(NOT log MATCHES "\n *0 alarms generated" OR NOT log MATCHES "No errors or warnings raised")
  string(REGEX MATCHALL "\n[^\n]*(alarm|warning|Warning|assert)[^\n]*(\n  [^\n]*)?" alarms "${log}")
  string(APPEND reasons "Eva raises alarms:${alarms}\n")
endif()
if(NOT log MATCHES "100% coverage[^%]*100% coverage")
  string(APPEND reasons "Eva has not reached every statement\n")
endif()

# Work is bounded because nothing repeats: the only loop is the proof's own.
execute_process(COMMAND ${FRAMA_C} -c11 -machdep gcc_x86_64 "-cpp-extra-args=-I${WORK} -DMAXWELL_CAPACITY=${CAPACITY}" -metrics
  ${CMAKE_CURRENT_LIST_DIR}/eva.c OUTPUT_VARIABLE metrics ERROR_VARIABLE metrics)
if(NOT metrics MATCHES "\n *Loop = 1\n")
  string(APPEND reasons "a header has a loop\n")
endif()
verdict("the proof of bpf/" "${reasons}")
