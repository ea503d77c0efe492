# SPDX-License-Identifier: MIT
#
# Every kernel-safe header compiles where all names of foreign_macros.hpp are macros, by the compiler CXX. HEADER: that one instead.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../support/all_headers.cmake)

set(source "#include \"${CMAKE_CURRENT_LIST_DIR}/foreign_macros.hpp\"\n")
if(HEADER)
  string(APPEND source "#include \"${HEADER}\"\n")
else()
  all_headers(headers ${ROOT} kernel_safe)
  string(APPEND source "${headers}")
endif()
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/all.cpp "${source}")
execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only -I ${ROOT}/include ${WORK}/all.cpp
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
set(reasons "")
if(failed)
  set(reasons "${output}")
endif()
verdict("the headers among foreign macros" "${reasons}")
