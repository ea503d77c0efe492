# SPDX-License-Identifier: MIT
#
# clang-tidy has nothing to say about the headers of TREE that are KIND, by the rules in .clang-tidy. All of them in one run:
# most of its time would go into what they include. With the assertions on: more of the code is seen.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../support/all_headers.cmake)

if(NOT CLANG_TIDY)
  message("skipped: there is no clang-tidy")
  return()
endif()
if(NOT TREE)
  set(TREE ${ROOT})
endif()

all_headers(source ${TREE} ${KIND})
file(WRITE ${WORK}/all.cpp "${source}")
execute_process(
  COMMAND ${CLANG_TIDY} --quiet --config-file=${ROOT}/.clang-tidy ${WORK}/all.cpp -- -std=c++20 -I ${TREE}/include -Wall -Wextra
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
set(reasons "")
if(failed)
  set(reasons "${output}")
endif()
verdict("clang-tidy of what is ${KIND} in ${TREE}" "${reasons}")
