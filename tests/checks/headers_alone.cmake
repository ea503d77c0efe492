# SPDX-License-Identifier: MIT
#
# Every header of the hosted FOLDERS compiles alone, with warnings as errors, by the compiler CXX. The kernel-safe ones do in
# freestanding/, by two compilers.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

if(NOT TREE)
  set(TREE ${ROOT})
endif()
set(include ${TREE}/include)
set(headers "")
foreach(folder IN LISTS FOLDERS)
  file(GLOB_RECURSE found RELATIVE ${include} ${include}/maxwell/${folder}/*.hpp)
  list(APPEND headers ${found})
endforeach()
if(NOT headers)
  message(FATAL_ERROR "there is no hosted header in ${TREE}")
endif()
set(reasons "")
foreach(header IN LISTS headers)
  file(WRITE ${WORK}/alone.cpp "#include <${header}>\n")
  execute_process(COMMAND ${CXX} -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Werror
    -I ${include} ${WORK}/alone.cpp RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    string(APPEND reasons "${output}\n")
  endif()
endforeach()
verdict("the hosted headers of ${TREE}" "${reasons}")
