# SPDX-License-Identifier: MIT
#
# REPLAY with ARGUMENTS must end with exit code 2, say one line that matches SENTENCE on stderr, and print nothing else.

cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${REPLAY} ${ARGUMENTS} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT code EQUAL 2 OR NOT errors MATCHES "${SENTENCE}" OR NOT output STREQUAL "" OR NOT errors MATCHES "^[^\n]+\n$")
  message(FATAL_ERROR "exit code ${code}, not 2 with one line of '${SENTENCE}':\n${output}${errors}")
endif()
