# SPDX-License-Identifier: MIT
#
# The first C++ example of FILE compiles as it stands and runs.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

if(NOT EXISTS ${FILE})
  message("skipped: there is no ${FILE} yet")
  return()
endif()
file(READ ${FILE} text)
string(FIND "${text}" "\n```cpp\n" begin)
if(begin EQUAL -1)
  verdict("${FILE}" "there is no ```cpp block")
  return()
endif()
math(EXPR begin "${begin} + 8")
string(SUBSTRING "${text}" ${begin} -1 text)
string(FIND "${text}" "\n```" end)
string(SUBSTRING "${text}" 0 ${end} text)

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/example.cpp "${text}\n")
set(reasons "")
execute_process(COMMAND ${CXX} -std=c++20 -O1 -Wall -Wextra -Wpedantic -Werror -I ${ROOT}/include ${WORK}/example.cpp
  -o ${WORK}/example RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  set(reasons "the example does not compile:\n${output}")
else()
  execute_process(COMMAND ${WORK}/example RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 10)
  if(failed)
    set(reasons "the example fails (${failed}):\n${output}")
  endif()
endif()
verdict("${FILE}" "${reasons}")
