# SPDX-License-Identifier: MIT
#
# The hosted headers compile by the compiler CXX too, with warnings as errors, all in one source: that they stand alone is seen
# with the compiler of the build (headers_alone.cmake), and the kernel-safe ones are compiled alone by both (tests/freestanding).

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../support/all_headers.cmake)

if(NOT TREE)
  set(TREE ${ROOT})
endif()
all_headers(source ${TREE} hosted)
file(WRITE ${WORK}/all.cpp "${source}")
execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only -I ${TREE}/include -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
    ${WORK}/all.cpp
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
set(reasons "")
if(failed)
  set(reasons "${output}")
endif()
verdict("the hosted headers of ${TREE}" "${reasons}")
