# SPDX-License-Identifier: MIT
#
# A probe that is off costs one nop: with and without probes CXX makes the same instructions, nops aside, of probes.cpp. The control, a
# probe whose argument has to be chosen first, is found.

cmake_minimum_required(VERSION 3.25)

find_program(objdump objdump)
find_program(readelf readelf)
if(NOT COMPILER STREQUAL "GNU" OR NOT objdump OR NOT readelf)
  message("skipped: it takes g++, objdump and readelf")
  return()
endif()
file(MAKE_DIRECTORY ${WORK})

function(compile variable)
  execute_process(COMMAND ${CXX} -std=c++20 -O2 -I${ROOT}/include ${ARGN} -c ${ROOT}/tests/unit/probes.cpp -o ${WORK}/probes.o
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${objdump} -d --no-show-raw-insn ${WORK}/probes.o OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  # Without addresses, targets of jumps and nops.
  string(REGEX REPLACE "[^\n]*file format[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\n *[0-9a-f]+:\t" "\n" text "${text}")
  string(REGEX REPLACE "\n(cs |data16 )*(nop|xchg +%ax,%ax)[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\n(j[a-z]+|call) [^\n]*" "\n\\1" text "${text}")
  string(REGEX REPLACE "(#| <)[^\n]*" "" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

compile(off -DMAXWELL_NO_PROBES)
compile(on)
execute_process(COMMAND ${readelf} --notes ${WORK}/probes.o OUTPUT_VARIABLE notes COMMAND_ERROR_IS_FATAL ANY)
if(NOT notes MATCHES "stapsdt")
  message("skipped: there is no <sys/sdt.h>")
  return()
endif()
foreach(probe decided unsold charged)
  if(NOT notes MATCHES "Provider: maxwell\n *Name: ${probe}\n")
    message(FATAL_ERROR "no note tells a tracer of ${probe}:\n${notes}")
  endif()
endforeach()
if(NOT on STREQUAL off)
  message(FATAL_ERROR "with probes\n${on}\nwithout\n${off}")
endif()
compile(control -DCONTROL)
if(control STREQUAL off)
  message(FATAL_ERROR "a probe whose argument has to be chosen costs nothing? Nothing was compared.")
endif()
