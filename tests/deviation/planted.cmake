# SPDX-License-Identifier: MIT
#
# AUDIT --planted breaks ten promises of ten, with exit code 1, and prints for each a test that compiles and fails.

cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${AUDIT} --planted RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT code EQUAL 1 OR NOT output MATCHES "0 held, 0 known limits, 10 failed")
  message(FATAL_ERROR "exit code ${code}, not 1 with ten broken promises:\n${output}${errors}")
endif()

# Everything from a TEST( to the brace that closes it.
string(REPLACE ";" "@semicolon@" text "${output}")
string(REPLACE "[" "@open@" text "${text}")
string(REPLACE "]" "@close@" text "${text}")
string(REPLACE "\nTEST(" ";TEST(" parts "${text}")
set(tests "")
foreach(part IN LISTS parts)
  if(part MATCHES "^TEST\\(")
    string(REGEX REPLACE "\n}\n.*" "\n}\n" part "${part}")
    string(APPEND tests "${part}\n")
  endif()
endforeach()
string(REPLACE "@semicolon@" ";" tests "${tests}")
string(REPLACE "@open@" "[" tests "${tests}")
string(REPLACE "@close@" "]" tests "${tests}")

set(headers "")
foreach(header faulty_rules item_rules lane_rules unit_rules)
  string(APPEND headers "#include \"deviation/${header}.hpp\"\n")
endforeach()
file(WRITE ${WORK}/counterexamples.cpp
  "${headers}\n#include <gtest/gtest.h>\n\nnamespace maxwell::test {\nnamespace {\n${tests}}\n}\n")
list(TRANSFORM GTEST_INCLUDE PREPEND -I)
execute_process(COMMAND ${CXX} -std=c++20 -O0 -I${ROOT}/include -I${ROOT}/tests ${GTEST_INCLUDE} ${WORK}/counterexamples.cpp
  ${GTEST_MAIN} ${GTEST} -pthread -o ${WORK}/counterexamples RESULT_VARIABLE code ERROR_VARIABLE errors)
if(code)
  message(FATAL_ERROR "a counterexample doesn't compile:\n${errors}")
endif()
execute_process(COMMAND ${WORK}/counterexamples --gtest_brief=1 RESULT_VARIABLE code OUTPUT_VARIABLE output)
if(NOT output MATCHES "10 tests from 1 test suite ran" OR NOT output MATCHES "PASSED[^0-9]*0 tests")
  message(FATAL_ERROR "ten counterexamples have to fail:\n${output}")
endif()
