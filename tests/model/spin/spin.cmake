# SPDX-License-Identifier: MIT
#
# Lets Spin look at every interleaving of MODEL.pml. MUTANT=name: with that fault in it, which it must find.

cmake_minimum_required(VERSION 3.25)

if(NOT SPIN)
  message(STATUS "skipped: spin is missing (Debian: spin)")
  return()
endif()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(fault "")
if(MUTANT)
  set(fault -D${MUTANT})
endif()

function(must_run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE failed OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

must_run(${SPIN} ${fault} -a ${CMAKE_CURRENT_LIST_DIR}/${MODEL}.pml)
must_run(${CC} -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -o pan pan.c)
must_run(${WORK}/pan -m1000000)
string(REGEX MATCH "errors: ([0-9]+)" found "${output}")
set(errors ${CMAKE_MATCH_1})
string(REGEX MATCH "[0-9.e+]+ states, stored" states "${output}")
if(NOT found OR output MATCHES "max search depth too small|out of memory")
  message(FATAL_ERROR "${MODEL}: Spin did not finish:\n${output}")
elseif(errors GREATER 0 AND NOT MUTANT)
  execute_process(COMMAND ${SPIN} ${fault} -t -p -g ${CMAKE_CURRENT_LIST_DIR}/${MODEL}.pml WORKING_DIRECTORY ${WORK}
    OUTPUT_VARIABLE trail ERROR_VARIABLE trail)
  message(FATAL_ERROR "${MODEL} is wrong:\n${output}\n${trail}")
elseif(errors EQUAL 0 AND MUTANT)
  message(FATAL_ERROR "${MODEL} does not notice ${MUTANT}:\n${output}")
endif()
message(STATUS "${MODEL} ${MUTANT}: ${errors} errors, ${states}")
