# SPDX-License-Identifier: MIT
#
# bench/gpu/run.sh from beginning to end without a GPU: its compiler runs kernels on the CPU. Its steps follow each other, its JSON is whole, and
# it says what it lacks.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/bin ${WORK}/tree/bench)
file(CREATE_LINK ${ROOT}/include ${WORK}/tree/include SYMBOLIC)
file(CREATE_LINK ${ROOT}/tests ${WORK}/tree/tests SYMBOLIC)
file(COPY ${ROOT}/bench/gpu DESTINATION ${WORK}/tree/bench)
set(run ${WORK}/tree/bench/gpu/run.sh)

function(stub name text)
  file(WRITE ${WORK}/bin/${name} "#!/bin/sh\n${text}\n")
  file(CHMOD ${WORK}/bin/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()
stub(nvcc "exec sh ${ROOT}/tests/gpu/nvcc_on_cpu.sh \"$@\"")
stub(compute-sanitizer "shift 4; echo sanitized; exec \"$@\"")  # --tool NAME --error-exitcode 1

function(expect code text)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env "PATH=${WORK}/bin:$ENV{PATH}" CXX=${CXX} MARKETS=50 MAX_BIDS=1000 sh ${run} ${ARGN}
    RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 250)
  if(NOT exited EQUAL code OR NOT output MATCHES "${text}")
    message(FATAL_ERROR "run.sh ${ARGN}: expected ${code} and \"${text}\", got ${exited} and:\n${output}")
  endif()
endfunction()

stub(nvidia-smi "exit 1")
expect(2 "^run.sh: there is no GPU here; --build-only compiles without one.\n$")
expect(2 "^run.sh: there is no option --fast.\n$" --fast)

stub(nvidia-smi "exit 0")
set(file ${WORK}/made/results.json)
expect(0 "building.*comparing.*50 random markets.*memcheck.*sanitized.*20 random markets.*racecheck.*sanitized.*measuring.*results.json\n$" ${file})
file(READ ${file} json)
string(JSON command GET "${json}" command)
string(JSON device GET "${json}" device)
string(JSON count LENGTH "${json}" clearings)
if(NOT command STREQUAL "bench/gpu/run.sh ${file}" OR NOT device MATCHES "CPU" OR NOT count EQUAL 3)
  message(FATAL_ERROR "the JSON lacks something:\n${json}")
endif()
foreach(name n k amounts clear_units_warm_us clear_units_cold_us clear_capacity_stop_warm_us clear_capacity_skip_warm_us with_transfers_us read_once_warm_us read_once_cold_us radix_sort_warm_us)
  string(JSON found GET "${json}" clearings 0 ${name})
endforeach()
string(JSON cleared GET "${json}" clearings 0 skip_was_cleared)
if(NOT cleared)
  message(FATAL_ERROR "misfit::skip wasn't cleared:\n${json}")
endif()

# A measurement that fails leaves no file that looks whole.
stub(nvcc "exit 0")  # what was built stays
file(REMOVE ${file})
stub(timeout "case $2 in *batch_bench) printf '{'; exit 124;; esac; shift; exec \"$@\"")
expect(124 "measuring" ${file})
if(EXISTS ${file})
  message(FATAL_ERROR "half a JSON file stands at ${file}")
endif()
