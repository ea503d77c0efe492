# SPDX-License-Identifier: MIT
#
# Every C and C++ file is as clang-format leaves it. Releases of clang-format differ, so only the one that the tree was
# formatted with is asked.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

set(release 14)
set(version "none")
if(NOT CLANG_FORMAT)
  find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
endif()
if(CLANG_FORMAT)
  execute_process(COMMAND ${CLANG_FORMAT} --version OUTPUT_VARIABLE version)
endif()
if(NOT version MATCHES "version ${release}\\.")
  string(STRIP "${version}" version)
  message("skipped: clang-format ${release} is needed, here is ${version}")
  return()
endif()

set(files "")
foreach(folder include tests bench examples)
  file(GLOB_RECURSE found ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.c)
  list(APPEND files ${found})
endforeach()
execute_process(COMMAND ${CLANG_FORMAT} --style=file --dry-run --Werror ${files} RESULT_VARIABLE failed
  OUTPUT_VARIABLE output ERROR_VARIABLE output)
set(reasons "")
if(failed)
  set(reasons "${output}")
endif()
verdict("run clang-format -i on these" "${reasons}")

# It can say no.
file(MAKE_DIRECTORY ${WORK})
file(WRITE ${WORK}/control.cpp "int  x ;\n")
execute_process(COMMAND ${CLANG_FORMAT} --style=file:${ROOT}/.clang-format --dry-run --Werror ${WORK}/control.cpp
  RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
if(NOT failed)
  message(FATAL_ERROR "clang-format is content with anything")
endif()
