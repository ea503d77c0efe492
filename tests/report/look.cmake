# SPDX-License-Identifier: MIT
#
# look_at(folder): opens index.html in `folder` in headless Chromium, as wide as a phone and as a desktop. look.html says what is looked at.

# The page stands in a frame, since Chromium has no window narrower than 500 pixels.
function(look_at folder)
  file(READ ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/look.html look)
  foreach(width 360 1280)
    string(REPLACE WIDTH ${width} page "${look}")
    file(WRITE ${folder}/look_${width}.html "${page}")
    execute_process(COMMAND ${CHROMIUM} --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
      --disable-background-networking --disable-component-update --disable-sync --user-data-dir=${folder}/profile_${width}
      --allow-file-access-from-files --virtual-time-budget=20000 --window-size=1400,900 --enable-logging=stderr
      --dump-dom file://${folder}/look_${width}.html
      RESULT_VARIABLE code OUTPUT_VARIABLE dom ERROR_VARIABLE log TIMEOUT 120)
    file(REMOVE_RECURSE ${folder}/profile_${width})
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
endfunction()
