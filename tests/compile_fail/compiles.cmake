# SPDX-License-Identifier: MIT
#
# Does SOURCE compile? REFUSED=REGEX: it must not, and the compiler's message matches; with -DCONTROL it does.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

function(compile flag)
  execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only ${flag} -Wall -Wextra -Wpedantic -Werror -I ${ROOT}/include
    -I ${ROOT}/tests ${CMAKE_CURRENT_LIST_DIR}/${SOURCE}
    RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(reasons "")
  if(failed)
    set(reasons "${output}")
  endif()
  set(reasons "${reasons}" PARENT_SCOPE)
endfunction()

compile("-UCONTROL")
verdict("${SOURCE}" "${reasons}")
if(DEFINED REFUSED)
  compile("-DCONTROL")
  if(reasons)
    message(FATAL_ERROR "${SOURCE} fails also without its wrong line, so that one may not be why:\n${reasons}")
  endif()
endif()
