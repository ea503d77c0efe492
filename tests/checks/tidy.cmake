# SPDX-License-Identifier: MIT
#
# clang-tidy has nothing to say about FILE, by the rules in .clang-tidy. With the assertions on: more of the code is seen.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

if(NOT CLANG_TIDY)
  message("skipped: there is no clang-tidy")
  return()
endif()

execute_process(
  COMMAND ${CLANG_TIDY} --quiet --config-file=${ROOT}/.clang-tidy ${FILE} -- -x c++ -std=c++20 -I ${ROOT}/include
    -Wall -Wextra -Wno-pragma-once-outside-header
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
set(reasons "")
if(failed)
  set(reasons "${output}")
endif()
verdict("${FILE}" "${reasons}")
