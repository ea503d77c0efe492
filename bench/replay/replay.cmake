# SPDX-License-Identifier: MIT
#
# maxwell_replay: real workloads on every container.

set(MAXWELL_REPLAY_DIR ${CMAKE_CURRENT_LIST_DIR})
add_executable(maxwell_replay ${CMAKE_CURRENT_LIST_DIR}/replay.cpp ${CMAKE_CURRENT_LIST_DIR}/replay_report.cpp)
if(NOT MAXWELL_BENCH_SMOKE)
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/replay_report.cpp PROPERTIES COMPILE_OPTIONS -O1)
endif()
target_include_directories(maxwell_replay PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(maxwell_replay PRIVATE ${bench_flags})
target_link_libraries(maxwell_replay PRIVATE maxwell::maxwell maxwell_warnings fmt::fmt CLI11::CLI11
  maxwell_trace_files ${boost_targets})
maxwell_smoke(maxwell_replay)

if(MAXWELL_TESTS)
  # The shipped trace, whole; and each wrong use is one sentence and exit code 2.
  set(shipped ${CMAKE_CURRENT_LIST_DIR}/traces/build.trace.gz)
  add_test(NAME replay.shipped COMMAND maxwell_replay ${shipped} --out ${CMAKE_CURRENT_BINARY_DIR}/replay.json)
  set_tests_properties(replay.shipped PROPERTIES LABELS ci TIMEOUT 300)
  # Not the exit code alone: these words are what a reader looks for.
  add_test(NAME replay.verdicts COMMAND maxwell_replay ${shipped})
  set_tests_properties(replay.verdicts PROPERTIES LABELS ci TIMEOUT 300 PASS_REGULAR_EXPRESSION
    "no line lost: yes.*exact: identical winners and payments: yes  .*tier: identical winners and payments: yes  .*\
jobs in == jobs completed: yes")
  add_test(NAME replay.overload COMMAND maxwell_replay ${shipped} --load 100 --quantum 500 --budget 2)
  set_tests_properties(replay.overload PROPERTIES LABELS ci TIMEOUT 300)

  function(maxwell_replay_refuses name sentence)  # ... arguments
    add_test(NAME replay.refuses.${name} COMMAND ${CMAKE_COMMAND} -DREPLAY=$<TARGET_FILE:maxwell_replay>
      "-DARGUMENTS=${ARGN}" "-DSENTENCE=${sentence}" -P ${MAXWELL_REPLAY_DIR}/replay_refuses.cmake)
    set_tests_properties(replay.refuses.${name} PROPERTIES LABELS ci TIMEOUT 60)
  endfunction()
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.trace "")
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/no_jobs.csv "TIMESTAMP,ContextTokens,GeneratedTokens\n")
  # A job of an hour after one of 10 us: by the usual rule a quantum of a microsecond, and quanta by the thousand million.
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/hour.swf
    "; UnixStartTime: 0\n; MaxProcs: 1\n1 0 0 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n2 1 0 90000000 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n")
  add_test(NAME replay.one_endless_job COMMAND maxwell_replay ${CMAKE_CURRENT_BINARY_DIR}/hour.swf --filter stratified)
  set_tests_properties(replay.one_endless_job PROPERTIES LABELS ci TIMEOUT 120)
  maxwell_replay_refuses(too_many_quanta "--quantum [0-9]+ is long enough" ${CMAKE_CURRENT_BINARY_DIR}/hour.swf --quantum 1)
  maxwell_replay_refuses(nothing "FILE is required")
  maxwell_replay_refuses(missing "does not exist" ${CMAKE_CURRENT_BINARY_DIR}/missing.trace)
  maxwell_replay_refuses(directory "is a directory" ${CMAKE_CURRENT_SOURCE_DIR})
  maxwell_replay_refuses(empty "is empty" ${CMAKE_CURRENT_BINARY_DIR}/empty.trace)
  maxwell_replay_refuses(foreign "is of no known format" ${PROJECT_SOURCE_DIR}/CMakeLists.txt)
  maxwell_replay_refuses(no_jobs "without a single job: it holds no request" ${CMAKE_CURRENT_BINARY_DIR}/no_jobs.csv)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/wakeups.txt "  x-5 [000] d..2. 1.0: sched_wakeup: comm=x pid=5 prio=120\n")
  maxwell_replay_refuses(wakeups "without a single job: it holds wake-ups and no sched_switch"
    ${CMAKE_CURRENT_BINARY_DIR}/wakeups.txt)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/perf.data "PERFILE2")
  maxwell_replay_refuses(perf_data "is a recording of perf: run perf script" ${CMAKE_CURRENT_BINARY_DIR}/perf.data)
  # More jobs than memory is used for: they stand in a file.
  add_test(NAME replay.long COMMAND sh -c "\"$1\" --example 1100000 >\"$2\" && \"$1\" \"$2\" --filter stratified && rm \"$2\""
    sh $<TARGET_FILE:maxwell_replay> ${CMAKE_CURRENT_BINARY_DIR}/long.csv)
  set_tests_properties(replay.long PROPERTIES LABELS ci TIMEOUT 300 PASS_REGULAR_EXPRESSION
    "memory: [0-9][0-9] MB at the most. 4[0-9] MB of jobs stood in a file.*jobs in == jobs completed: yes")
  add_test(NAME replay.queues COMMAND maxwell_replay ${CMAKE_CURRENT_LIST_DIR}/traces/bursts.csv.gz --budget 1)
  set_tests_properties(replay.queues PROPERTIES LABELS ci TIMEOUT 300 FAIL_REGULAR_EXPRESSION "with so few live bids")
  maxwell_replay_refuses(example_and_file "--example takes no FILE" ${shipped} --example 5)
  maxwell_replay_refuses(example_word "--example" --example many)
  maxwell_replay_refuses(option "--bogus" ${shipped} --bogus)
  maxwell_replay_refuses(two_files "not expected" ${shipped} ${shipped})
  maxwell_replay_refuses(load_zero "--load has to be" ${shipped} --load 0)
  maxwell_replay_refuses(load_nan "--load has to be" ${shipped} --load nan)
  maxwell_replay_refuses(load_word "--load" ${shipped} --load much)
  maxwell_replay_refuses(quantum "--quantum" ${shipped} --quantum -4)
  maxwell_replay_refuses(filter "no structure has" ${shipped} --filter nonsense)
  maxwell_replay_refuses(out "can't be written" ${shipped} --out ${shipped}/x.json)
endif()
