# SPDX-License-Identifier: MIT
#
# maxwell_audit: what the library promises, and tries to cheat it.

find_package(Threads REQUIRED)
file(GLOB audit_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_executable(maxwell_audit ${audit_sources})
target_include_directories(maxwell_audit PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(maxwell_audit PRIVATE maxwell::maxwell maxwell_warnings fmt::fmt CLI11::CLI11
  maxwell_trace_files Threads::Threads)
target_compile_definitions(maxwell_audit PRIVATE MAXWELL_TRACES="${CMAKE_CURRENT_SOURCE_DIR}/replay/traces")
# Compiling costs more than running: nothing here is timed.
target_compile_options(maxwell_audit PRIVATE -O1)
if(MAXWELL_BENCH_SMOKE)
  maxwell_as_one(maxwell_audit 7)
endif()

if(MAXWELL_TESTS)
  add_test(NAME audit.quick COMMAND maxwell_audit --quick --out ${CMAKE_CURRENT_BINARY_DIR}/audit.json)
  set_tests_properties(audit.quick PROPERTIES LABELS ci TIMEOUT 600)
  add_test(NAME audit.full COMMAND maxwell_audit --full)
  set_tests_properties(audit.full PROPERTIES LABELS soak TIMEOUT 3600)
  function(maxwell_audit_refuses name sentence)  # ... arguments
    add_test(NAME audit.refuses.${name} COMMAND ${CMAKE_COMMAND} -DREPLAY=$<TARGET_FILE:maxwell_audit>
      "-DARGUMENTS=${ARGN}" "-DSENTENCE=${sentence}" -P ${MAXWELL_REPLAY_DIR}/replay_refuses.cmake)
    set_tests_properties(audit.refuses.${name} PROPERTIES LABELS ci TIMEOUT 60)
  endfunction()
  maxwell_audit_refuses(option "--bogus" --bogus)
  maxwell_audit_refuses(both "excludes" --quick --full)
  maxwell_audit_refuses(only "no claim has 'nonsense'" --only nonsense)
  maxwell_audit_refuses(jobs "--jobs" --jobs 0)
  maxwell_audit_refuses(trace "missing.trace does not exist" --trace missing.trace)
  maxwell_audit_refuses(out "can't be written" --planted --out ${CMAKE_CURRENT_LIST_DIR}/audit.cmake/x.json)
endif()
