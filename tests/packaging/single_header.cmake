# SPDX-License-Identifier: MIT
#
# All of Maxwell in one header: small enough to paste, no warning, and a program runs with that file alone. REFUSED: a tree whose
# headers can't be put into one.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/maxwell)
if(NOT TREE)
  set(TREE ${ROOT})
endif()
execute_process(COMMAND ${PYTHON} ${ROOT}/docs/packaging/amalgamate.py --root ${TREE} --out ${WORK}/maxwell/maxwell.hpp
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE reasons)
if(failed)
  if(NOT failed EQUAL 2 OR NOT reasons MATCHES "^amalgamate: [^\n]*\\.\n$")
    message(FATAL_ERROR "not refused in one sentence, with 2, but with ${failed}: ${reasons}")
  endif()
  verdict("the amalgam" "${reasons}")
  return()
endif()

file(SIZE ${WORK}/maxwell/maxwell.hpp bytes)
if(bytes GREATER 614400)
  string(APPEND reasons "it has ${bytes} bytes; Compiler Explorer takes 600 KB\n")
endif()
file(STRINGS ${WORK}/maxwell/maxwell.hpp left REGEX "^ *# *include *[<\"]maxwell/")
if(left)
  string(APPEND reasons "it still includes ${left}\n")
endif()
execute_process(COMMAND ${CXX} -std=c++20 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I${WORK}
  ${ROOT}/tests/consumer/use.cpp -o ${WORK}/use RESULT_VARIABLE failed ERROR_VARIABLE output)
if(failed)
  string(APPEND reasons "${output}\n")
else()
  execute_process(COMMAND ${WORK}/use RESULT_VARIABLE failed)
  if(failed)
    string(APPEND reasons "the program returns ${failed}\n")
  endif()
endif()
verdict("the amalgam" "${reasons}")
