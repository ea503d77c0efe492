# SPDX-License-Identifier: MIT
#
# SIM as it is called: the same bytes however it is run, what it refuses, and that every shipped experiment runs.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${SIM})
set(NAME sim)
set(SECONDS 200)
include(${ROOT}/tests/support/program.cmake)

# Is a file the same in two folders?
function(same one other)
  foreach(file results.csv summary.csv groups.csv)
    file(READ ${one}/${file} a)
    file(READ ${other}/${file} b)
    if(NOT a STREQUAL b)
      message(FATAL_ERROR "${file} differs in ${one} and ${other}")
    endif()
  endforeach()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(small [[{
  "about": "small", "seconds": 0.2, "seeds": 3,
  "sweep": [{"of": "/machine/processors", "values": [1, 3]}],
  "machine": {"processors": 1, "quantum_us": 100, "quanta": "apart"},
  "groups": [
    {"name": "a", "agents": 20, "value": {"uniform": {"from": 1, "to": 1000}}, "run_us": 50, "sleep_us": {"exponential": {"mean": 500}}},
    {"arrivals": {"mmpp": {"calm_per_second": 100, "busy_per_second": 4000, "calm_ms": 5, "busy_ms": 5}}, "run_us": 120,
     "value": {"lognormal": {"median": 100, "sigma": 1}}}],
  "policies": ["market/tournament_tree", "gumbel", "eevdf", "random"]
}]])
file(WRITE ${WORK}/small.json "${small}")

# However many threads, shards or interruptions.
expect(0 "2 points, 4 policies, 3 seeds.*market/tournament_tree .*summary.csv" ${WORK}/small.json --out ${WORK}/one --threads 1)
expect(0 "summary.csv" ${WORK}/small.json --out ${WORK}/eight --threads 8)
same(${WORK}/one/small ${WORK}/eight/small)
foreach(part 1 2 3)
  expect(0 "Shard ${part}/3 is complete" ${WORK}/small.json --out ${WORK}/parts --shard ${part}/3)
endforeach()
file(READ ${WORK}/parts/small/shard-2-of-3.jsonl whole)
string(LENGTH "${whole}" length)
math(EXPR half "${length} / 2")
string(SUBSTRING "${whole}" 0 ${half} killed)
file(WRITE ${WORK}/parts/small/shard-2-of-3.jsonl "${killed}")
expect(1 "shard-2-of-3.jsonl lacks [0-9]+ results: run shard 2/3 again" ${WORK}/small.json --out ${WORK}/parts --merge)
expect(0 "[1-9] runs were there from before.*Shard 2/3 is complete" ${WORK}/small.json --out ${WORK}/parts --shard 2/3)
expect(0 "summary.csv" ${WORK}/small.json --out ${WORK}/parts --merge)
same(${WORK}/one/small ${WORK}/parts/small)
expect(0 "24 runs were there from before" ${WORK}/small.json --out ${WORK}/one)
expect(0 "of another version" ${WORK}/small.json --out ${WORK}/eight --seeds 1)
expect(1 "has no shards" ${WORK}/small.json --out ${WORK}/none --merge)

# The page is whole, and has what the tables have.
file(READ ${WORK}/one/small/index.html page)
foreach(needed "Maxwell: simulated policies" "market/tournament_tree" "\"half_width\"" "\"processors 3\"" "function one_point")
  if(NOT page MATCHES "${needed}")
    message(FATAL_ERROR "the page lacks ${needed}")
  endif()
endforeach()
if(page MATCHES "MAXWELL_[A-Z]+\\*/")
  message(FATAL_ERROR "the page has a place that nobody filled: ${CMAKE_MATCH_0}")
endif()

# Interrupted by a signal after a while, and gone on with.
find_program(timeout timeout)
if(timeout)
  execute_process(COMMAND ${timeout} --signal=INT 1 ${SIM} ${WORK}/small.json --seconds 20 --threads 1 --out ${WORK}/cut
    RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT output MATCHES "interrupted; what is done is kept in [^\n]*the same command goes on")
    message(FATAL_ERROR "an interrupted run printed:\n${output}")
  endif()
endif()

# Each word of a bad file is one sentence with its line.
function(bad text from to)
  string(REPLACE "${from}" "${to}" changed "${small}")
  if(changed STREQUAL small)
    message(FATAL_ERROR "the text has no ${from}")
  endif()
  file(WRITE ${WORK}/bad.json "${changed}")
  refused("${text}" ${WORK}/bad.json --out ${WORK}/bad)
endfunction()
bad("line 4: /machine/quantums is not known here; known are" quantum_us quantums)
bad("line 4: /machine/quantum_us has to be a number" "\"quantum_us\": 100" "\"quantum_us\": \"100\"")
bad("line 4: /machine/quantum_us has to be from 1 to" "\"quantum_us\": 100" "\"quantum_us\": 0")
bad("line 4: /machine/quanta has to be one of together, apart" "apart" "alone")
bad("line 6: /groups/0/agents has to be a whole number" "\"agents\": 20" "\"agents\": 2.5")
bad("line 6: /groups/0/value/normal is no distribution" "uniform" "normal")
bad("line 7: /groups/1/arrivals/batch is no arrival process" "mmpp" "batch")
bad("line 9: /policies names \"chance\", which --list doesn't" "random" "chance")
bad("line 3: /sweep/0/of is \"/machines/processors\", which is no place" "/machine/processors" "/machines/processors")
bad("line 4: /machine/processors has to be from 1 to 64" "[1, 3]" "[1, 65]")
bad("is no JSON: parse error at line 9" "\"policies\":" "policies:")
bad("the experiment lacks \"policies\"" ",
  \"policies\": [\"market/tournament_tree\", \"gumbel\", \"eevdf\", \"random\"]" "")
bad("needs \"run_us\"" ", \"run_us\": 120," ",")
set(with_market "${small}")
string(REPLACE "\"market/tournament_tree\", " "" small "${small}")
bad("gumbel[^\n]*which can't keep agents to their processors" "\"agents\": 20" "\"pinned\": true, \"agents\": 20")
set(small "${with_market}")
bad("can.t keep agents to their processors in one market: \"markets\" has to be \"per core\"" "\"agents\": 20" "\"pinned\": true, \"agents\": 20")
bad("needs \"quanta\": \"together\"" "random" "vcg")
bad("is for one processor and arriving jobs" "random" "market/deferred")
bad("one for all processors: \"markets\" has to be \"one\"" "\"apart\"" "\"apart\", \"markets\": \"per core\"")
bad("/groups/1/trace is [^\n]*no.swf, which is no file" "\"arrivals\": {\"mmpp\": {\"calm_per_second\": 100, \"busy_per_second\": 4000, \"calm_ms\": 5, \"busy_ms\": 5}}"
  "\"trace\": \"no.swf\"")
bad("line 4: /machine/lanes has to be a list of multipliers" "\"quantum_us\": 100" "\"quantum_us\": 100, \"lanes\": [1, \"2\"]")
bad("line 4: /machine/lanes has to have 4 at the most" "\"quantum_us\": 100" "\"quantum_us\": 100, \"lanes\": [1, 1, 1, 1, 1]")
bad("line 4: /machine/lanes needs \"markets\": \"one\"" "\"apart\"" "\"apart\", \"markets\": \"per core\", \"lanes\": [1]")
bad("line 6: /groups/0/lane is none of the machine's" "\"agents\": 20" "\"agents\": 20, \"lane\": 1")
bad("line 6: /groups/0/budget lacks \"cap\"" "\"agents\": 20" "\"agents\": 20, \"budget\": {\"per_ms\": 5}")
bad("line 4: /machine/budget/credits is not known here" "\"quantum_us\": 100" "\"quantum_us\": 100, \"budget\": {\"per_ms\": 5, \"cap\": 9, \"credits\": 1}")
bad("line 4: /machine/thermal/publish_ms has to be from 1 to" "\"quantum_us\": 100, \"quanta\": \"apart\"" "\"thermal\": {\"publish_ms\": 0}")
bad("line 4: /machine/bids has to be one of calls, board" "\"quantum_us\": 100" "\"quantum_us\": 100, \"bids\": \"letters\"")
bad("line 4: /machine/taken needs \"bids\": \"board\"" "\"quantum_us\": 100" "\"quantum_us\": 100, \"taken\": 4")
string(REGEX REPLACE "\"machine\".*\"policies\": [^\n]*" "\"device\": {\"capacity\": 8, \"units\": 2, \"run_ms\": 40, \"patience_ms\": 90, \"value\": 5},
  \"policies\": [\"units, skip\"]" device "${small}")
string(REPLACE "/machine/processors" "/device/capacity" small "${device}")
bad("line 4: /device/slots is not known here" "\"capacity\"" "\"slots\"")
bad("line 4: the experiment lacks \"value\"|line 4: /device lacks \"value\"" ", \"value\": 5" "")
bad("names \"eevdf\", which is no policy of a device" "units, skip" "eevdf")
refused("no-such does not exist; --list names" no-such)
refused("is a directory" ${WORK})
refused("which EXPERIMENT")
refused("--shard has to be" ${WORK}/small.json --shard 3/2)
refused("--shard has to be" ${WORK}/small.json --shard half)
refused("nan is not a number[^\n]*--help lists the options" ${WORK}/small.json --seconds nan)
refused("--help lists the options" ${WORK}/small.json --bogus)
refused("--help lists the options" ${WORK}/small.json --seeds 0)
expect(2 "sim: can.t write to [^\n]*\\.\n$" ${WORK}/small.json --out ${WORK}/small.json)

bad("line 3: /sweep/0/of is \"/seconds\", which is the same at all points" "/device/capacity" "/seconds")

# The goals: what is missed is known, and docs/simulation.md says why. Speed is the machine's.
execute_process(COMMAND ${SIM} --goals --out ${WORK}/goals RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_QUIET TIMEOUT 200)
string(REGEX MATCHALL "[^\n]*MISSED" missed "${output}")
list(FILTER missed EXCLUDE REGEX "newcomers wait|^  stride  |in whole numbers|millions of quanta")
if(NOT exited EQUAL 0 OR NOT output MATCHES "met, [3-8] missed" OR missed)
  message(FATAL_ERROR "sim --goals ends with ${exited} and:\n${output}")
endif()

# All that is shipped, briefly.
expect(0 "mixed_tenants .*market/tournament_tree" --list)
file(GLOB shipped ${CMAKE_CURRENT_LIST_DIR}/experiments/*.json)
foreach(file IN LISTS shipped)
  get_filename_component(name ${file} NAME_WE)
  expect(0 "summary.csv" ${name} --seeds 1 --seconds 0.004 --out ${WORK}/shipped)
endforeach()
