# SPDX-License-Identifier: MIT
#
# Every header of the library compiles alone, with warnings as errors, by the compiler CXX.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK})
foreach(step
    "-S;${ROOT};-B;${WORK};-G;Ninja;-DCMAKE_CXX_COMPILER=${CXX};-DMAXWELL_TESTS=OFF;-DMAXWELL_BENCH=OFF;\
-DMAXWELL_EXAMPLES=OFF;-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
    "--build;${WORK};--target;all_verify_interface_header_sets")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${output}")
  endif()
endforeach()

# Each of them was looked at.
file(GLOB_RECURSE headers ${ROOT}/include/maxwell/*.hpp ${ROOT}/include/maxwell/*.h)
file(GLOB_RECURSE objects ${WORK}/*.o)
list(LENGTH headers headers)
list(LENGTH objects objects)
if(objects LESS headers)
  message(FATAL_ERROR "there are ${headers} headers, and only ${objects} were compiled")
endif()
