# SPDX-License-Identifier: MIT
#
# Every header of the hosted FOLDERS, a regular expression, compiles alone, with warnings as errors, by the compiler CXX. The kernel-safe ones do in
# freestanding/, by two compilers.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../support/all_headers.cmake)

if(NOT TREE)
  set(TREE ${ROOT})
endif()
all_headers(source ${TREE} hosted)
string(REGEX MATCHALL "[^\n]*<maxwell/(${FOLDERS})/[^\n]*\n" sources "${source}")
if(NOT sources)
  message(FATAL_ERROR "there is no header of ${FOLDERS} in ${TREE}")
endif()
set(reasons "")
foreach(include IN LISTS sources)
  file(WRITE ${WORK}/alone.cpp "${include}")
  execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Werror
    -I ${TREE}/include ${WORK}/alone.cpp RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    string(APPEND reasons "${output}\n")
  endif()
endforeach()
verdict("the hosted headers of ${TREE}" "${reasons}")
