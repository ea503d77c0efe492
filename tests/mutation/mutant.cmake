# SPDX-License-Identifier: MIT
#
# Puts the fault NAME of AREA.txt into a copy of the headers and requires that the killer notices. NAME=none: the headers
# as they are, which it must let pass.

cmake_minimum_required(VERSION 3.25)

set(include ${WORK}/include)
file(REMOVE_RECURSE ${WORK})
file(COPY ${ROOT}/include/maxwell DESTINATION ${include})

# The rest of the line that begins with KEY, in the part of the table that is `entry`.
function(field key)
  string(FIND "${entry}" "\n${key}:" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "${NAME} has no \"${key}:\"")
  endif()
  string(LENGTH "\n${key}:" skip)
  math(EXPR begin "${begin} + ${skip}")
  string(SUBSTRING "${entry}" ${begin} -1 value)
  string(FIND "${value}" "\n" end)
  string(SUBSTRING "${value}" 0 ${end} value)
  string(STRIP "${value}" value)
  string(REPLACE "\\n" "\n" value "${value}")
  set(${key} "${value}" PARENT_SCOPE)
endfunction()

if(NOT NAME STREQUAL "none")
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${AREA}.txt table)
  string(FIND "${table}" "\nmutant: ${NAME}\n" begin)
  string(SUBSTRING "${table}" ${begin} -1 entry)
  string(FIND "${entry}" "\n\n" end)
  string(SUBSTRING "${entry}" 0 ${end} entry)
  string(APPEND entry "\n")
  foreach(key file old new why)
    field(${key})
  endforeach()

  file(READ ${include}/maxwell/${file} text)
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${NAME}: this text must occur exactly once in ${file}, or the mutant needs a new place:\n${old}")
  endif()
  string(REPLACE "${old}" "${new}" text "${text}")
  file(WRITE ${include}/maxwell/${file} "${text}")
endif()

execute_process(COMMAND ${CXX} -std=c++20 -O1 -I ${include} -I ${ROOT}/tests ${CMAKE_CURRENT_LIST_DIR}/${AREA}_checks.cpp
  -o ${WORK}/killer RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "${NAME} does not compile:\n${output}")
endif()
execute_process(COMMAND ${WORK}/killer RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 60)
if(NAME STREQUAL "none")
  if(failed)
    message(FATAL_ERROR "the killer refuses the library itself (${failed}): ${output}")
  endif()
elseif(NOT failed)
  message(FATAL_ERROR "${NAME} lives: no test notices it, though it matters: ${why}")
else()
  message(STATUS "${NAME}: ${failed} ${output}")
endif()
