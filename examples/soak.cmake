# SPDX-License-Identifier: MIT
#
# PROGRAM, built with a sanitizer, for MAXWELL_SOAK_SECONDS of the environment, 60 if it is not set. ARGUMENTS: SECONDS and
# QUARTER_MS in them are replaced, the second by milliseconds of a quarter of that.

cmake_minimum_required(VERSION 3.25)

set(seconds $ENV{MAXWELL_SOAK_SECONDS})
if(NOT seconds)
  set(seconds 60)
endif()
math(EXPR quarter "${seconds} * 250")
string(REPLACE SECONDS ${seconds} ARGUMENTS "${ARGUMENTS}")
string(REPLACE QUARTER_MS ${quarter} ARGUMENTS "${ARGUMENTS}")
separate_arguments(ARGUMENTS)
separate_arguments(RUNNER)
execute_process(COMMAND ${RUNNER} ${PROGRAM} ${ARGUMENTS} RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(NOT exited EQUAL 0 OR output MATCHES "Sanitizer|runtime error:")
  message(FATAL_ERROR "${PROGRAM} ${ARGUMENTS}: ${exited}")
endif()
