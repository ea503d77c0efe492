# SPDX-License-Identifier: MIT
#
# Pages of simulations, opened as the report is: one with a sweep, one with temperature, one of a fleet. SIM writes them; CHROMIUM may be
# missing.

cmake_minimum_required(VERSION 3.25)

if(NOT CHROMIUM)
  message("skipped: Chromium (Debian: chromium) is not installed, so nobody has opened a simulation's page")
  return()
endif()

include(${CMAKE_CURRENT_LIST_DIR}/look.cmake)
file(REMOVE_RECURSE ${WORK})
foreach(experiment mixed_tenants thermal_step patient fleet)
  set(seconds 0.05)
  if(experiment STREQUAL "thermal_step")
    set(seconds 4)
  endif()
  execute_process(COMMAND ${SIM} ${experiment} --seeds 2 --seconds ${seconds} --out ${WORK} RESULT_VARIABLE code OUTPUT_VARIABLE said
    ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "maxwell_sim ${experiment} ends with ${code}:\n${said}")
  endif()
  message("${experiment}")
  look_at(${WORK}/${experiment})
endforeach()
