# SPDX-License-Identifier: MIT
#
# LIAR on a minute of the generated trace and on a small trace of its own: what it says and writes, and what it refuses.

cmake_minimum_required(VERSION 3.25)

# What `LIAR ARGN` exits with and prints.
function(expect code text)
  execute_process(COMMAND ${LIAR} ${ARGN} RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 200)
  if(NOT exited EQUAL code OR NOT output MATCHES "${text}")
    message(FATAL_ERROR "liar ${ARGN}: expected ${code} and \"${text}\", got ${exited} and:\n${output}")
  endif()
endfunction()

# Refused in one sentence.
function(refused text)
  execute_process(COMMAND ${LIAR} ${ARGN} RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 20)
  if(NOT exited EQUAL 2 OR NOT output MATCHES "^liar: [^\n]*${text}[^\n]*\\.\n$")
    message(FATAL_ERROR "liar ${ARGN}: expected 2 and one sentence with \"${text}\", got ${exited} and:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
# Four requests a second for a minute; one broken line.
set(trace "TIMESTAMP,ContextTokens,GeneratedTokens\nthis is no request\n")
foreach(second RANGE 10 59)
  foreach(part 1 3 5 7 9)
    string(APPEND trace "2023-11-16 18:17:${second}.${part}0,${second}${part},10${part}\n")
  endforeach()
endforeach()
file(WRITE ${WORK}/trace.csv "${trace}")

expect(0 "250 of trace.csv, 1 broken lines.*market .*Goals\n +(met|MISSED) +honest tenants keep.*1.2 times.*of five gains.*25 us.*The page: "
  --trace ${WORK}/trace.csv --points 2 --out ${WORK}/page --picture ${WORK}/liar.svg)
file(READ ${WORK}/page/index.html page)
foreach(needed "<style>" "<svg" "declared priority" "What it leaves out" "</table>" "250 of trace.csv" "all ordinary")
  if(NOT page MATCHES "${needed}")
    message(FATAL_ERROR "the page lacks ${needed}")
  endif()
endforeach()
if(page MATCHES "MAXWELL_[A-Z]+")
  message(FATAL_ERROR "the page has a place that nobody filled: ${CMAKE_MATCH_0}")
endif()
file(READ ${WORK}/liar.svg picture)
if(NOT picture MATCHES "^<svg .*</svg>\n$")
  message(FATAL_ERROR "the picture is no SVG file")
endif()
expect(0 "--speed" --help)

refused("no-such.csv does not exist" --trace ${WORK}/no-such.csv)
refused("is a directory" --trace ${WORK})
file(WRITE ${WORK}/no-trace.csv "a,b\n1,2\n")
refused("holds no request" --trace ${WORK}/no-trace.csv)
refused("can't write to" --trace ${WORK}/trace.csv --out ${WORK}/trace.csv/page)
refused("can't write to" --trace ${WORK}/trace.csv --picture ${WORK}/nowhere/liar.svg)
refused("--help lists the options" --speed 0)
refused("--help lists the options" --speed fast)
refused("nan is not a number.*--help lists the options" --speed nan)
refused("--help lists the options" --points 1)
refused("--help lists the options" --flood 9)
refused("--help lists the options" --credits -1)
refused("--help lists the options" --sequences 0)
refused("--help lists the options" --cache-tokens 0)
refused("--help lists the options" --prompt-tokens 0)
refused("--help lists the options" --iteration-ms 0)
refused("--help lists the options" --no-such-option)
refused("--help lists the options" a-word)
