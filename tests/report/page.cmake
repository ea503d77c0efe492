# SPDX-License-Identifier: MIT
#
# The report of a few cases and panels, opened in headless Chromium as wide as a phone and as a desktop: look.html says what is
# looked at. BENCH writes the report; CHROMIUM may be missing.

cmake_minimum_required(VERSION 3.25)

if(NOT CHROMIUM)
  message("skipped: Chromium (Debian: chromium) is not installed, so nobody has opened the report")
  return()
endif()

file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${BENCH} --filter ${FILTER} --repetitions 2 --out ${WORK} RESULT_VARIABLE code OUTPUT_VARIABLE said
  ERROR_VARIABLE said)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "maxwell_bench ends with ${code}:\n${said}")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/look.cmake)
look_at(${WORK})
