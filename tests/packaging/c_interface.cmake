# SPDX-License-Identifier: MIT
#
# The schedulers in C and in Rust, each linked by its own compiler with the one file in C++: what they print is what a market decides.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(examples ${ROOT}/examples)
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CXX} -std=c++20 -O2 -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I${ROOT}/include -c
  ${examples}/c_scheduler/market.cpp -o ${WORK}/market.o)
run(${CC} -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I${ROOT}/include
  ${examples}/c_scheduler/scheduler.c ${WORK}/market.o -o ${WORK}/c)
run(${WORK}/c)
if(NOT output MATCHES "took 3 bids; database runs at 400 .*build runs at 15 .*backup runs at 20 .*database won 1 times and paid 200000.*all blocked: idle; an agent that nobody knows: refused.*has left: its bid is refused.*goal: at most 5 ns")
  message(FATAL_ERROR "C: ${output}")
endif()

if(NOT RUSTC)
  message("rustc not found: the scheduler in Rust isn't tried")
  return()
endif()
run(${RUSTC} --edition 2021 -O -D warnings ${examples}/rust_scheduler/main.rs -C link-arg=${WORK}/market.o -o ${WORK}/rust)
run(${WORK}/rust)
if(NOT output MATCHES "took 3 bids; database runs at 400 .*build runs at 30 .*backup runs at 0 .*database won 1 times and paid 200000.*has left: its bid is refused")
  message(FATAL_ERROR "Rust: ${output}")
endif()
