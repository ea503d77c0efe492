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

# The page stands in a frame, since Chromium has no window narrower than 500 pixels.
file(READ ${CMAKE_CURRENT_LIST_DIR}/look.html look)
foreach(width 360 1280)
  string(REPLACE WIDTH ${width} page "${look}")
  file(WRITE ${WORK}/look_${width}.html "${page}")
  execute_process(COMMAND ${CHROMIUM} --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir=${WORK}/profile_${width}
    --allow-file-access-from-files --virtual-time-budget=20000 --window-size=1400,900 --enable-logging=stderr
    --dump-dom file://${WORK}/look_${width}.html
    RESULT_VARIABLE code OUTPUT_VARIABLE dom ERROR_VARIABLE log TIMEOUT 120)
  file(REMOVE_RECURSE ${WORK}/profile_${width})
  string(REGEX MATCH "[^\n]*CONSOLE[^\n]*" console "${log}")
  string(REGEX MATCH "<pre id=\"verdict\">([^<]*)" verdict "${dom}")
  set(verdict "${CMAKE_MATCH_1}")
  if(NOT verdict MATCHES "^verdict: good")
    message(FATAL_ERROR "Chromium ended with ${code}. ${verdict}\n${log}")
  elseif(console)
    message(FATAL_ERROR "the page writes to the console: ${console}")
  endif()
  message("${verdict}")
endforeach()
