# SPDX-License-Identifier: MIT
#
# PLANES on 12 seconds of generated requests: what it says and writes, and what it refuses.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${PLANES})
set(NAME planes)
set(SECONDS 200)
include(${ROOT}/tests/support/program.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(trace "TIMESTAMP,ContextTokens,GeneratedTokens\n")
foreach(second RANGE 10 59)
  foreach(part 0 1 2 3 4 5 6 7 8 9)
    string(APPEND trace "2023-11-16 18:17:${second}.${part}0,9${part},1${part}0\n")
  endforeach()
endforeach()
file(WRITE ${WORK}/trace.csv "${trace}")

# A build without CUDA says so, and simulates.
set(cuda "")
set(simulated "")
if(NOT CUDA)
  set(cuda --cuda)
  set(simulated "planes: this program was built without MAXWELL_CUDA; the accelerator is simulated.\n")
endif()

# What doesn't depend on the machine at hand, and holds in so short a run too.
expect(0 "500 of trace.csv, 500 of trace.csv.*${simulated}.*met +the accelerator is at least .98.*met +feeding work waits 2.*met +a pretender gets.*met +it is found out.*met +no die is above.*The page: "
  --conversation ${WORK}/trace.csv --code ${WORK}/trace.csv --warm-up 20 --seconds 12 --out ${WORK}/page ${cuda})
file(READ ${WORK}/page/index.html page)
foreach(needed "<style>" "<svg" "declared lanes" "What it leaves out" "</table>" "500 of trace.csv" "<dd>simulated</dd>")
  if(NOT page MATCHES "${needed}")
    message(FATAL_ERROR "the page lacks ${needed}")
  endif()
endforeach()
if(page MATCHES "MAXWELL_[A-Z]+")
  message(FATAL_ERROR "the page has a place that nobody filled: ${CMAKE_MATCH_0}")
endif()

expect(0 "--speed" --help)
foreach(wrong "--speed;0" "--seconds;fast" "--seconds;5" "--seconds;nan" "--warm-up;-1" "--no-such-option" "a-word")
  expect(2 "^planes: [^\n]*--help lists the options.\n$" ${wrong})
endforeach()
expect(2 "^planes: [^\n]*no-such.csv does not exist[^\n]*\n$" --code ${WORK}/no-such.csv)
expect(2 "^planes: can't write to" --conversation ${WORK}/trace.csv --code ${WORK}/trace.csv --out ${WORK}/trace.csv/page)
