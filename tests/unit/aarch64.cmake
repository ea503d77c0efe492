# SPDX-License-Identifier: MIT
#
# The unit tests of what carries bids on AArch64, whose order of memory is weaker than x86's, under qemu-user. An emulator on an x86
# shows the code for that machine, its exchanges of 16 bytes above all; orders it shows no weaker than its host makes them, for
# which there is tests/model. GoogleTest is compiled from its sources (Debian: libgtest-dev).

find_program(CXX aarch64-linux-gnu-g++)
find_program(QEMU qemu-aarch64)
set(gtest /usr/src/googletest/googletest)
if(NOT CXX OR NOT QEMU OR NOT EXISTS ${gtest}/src/gtest-all.cc)
  message("skipped: g++-aarch64-linux-gnu, qemu-user or the sources of GoogleTest are missing")
  return()
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(must_run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
endfunction()

set(flags -std=c++20 -O2 -I${ROOT}/include -I${ROOT}/tests -I${gtest}/include -I${gtest})
foreach(part gtest-all gtest_main)
  must_run(${CXX} ${flags} -c ${gtest}/src/${part}.cc -o ${WORK}/${part}.o)
endforeach()
foreach(test mailbox bid_board spsc_ring mpsc_ring ring_stress)
  must_run(${CXX} ${flags} -static ${ROOT}/tests/unit/${test}_test.cpp ${WORK}/gtest-all.o ${WORK}/gtest_main.o -o ${WORK}/${test})
  must_run(${CMAKE_COMMAND} -E env MAXWELL_TEST_SCALE=small ${QEMU} ${WORK}/${test} --gtest_brief=1)
  message(STATUS "${test} holds on aarch64")
endforeach()
