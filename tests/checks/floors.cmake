# SPDX-License-Identifier: MIT
#
# A header includes only headers of lower floors and of its own folder, so nothing flows backwards. And what every header
# owes its reader: the licence in the first line, one idea, 400 lines at the most. Files of bench/ owe the same 400 lines.
# TREE is the tree that is looked at.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

set(floor_abi -1)  # core may include abi, never the other way
set(floor_core 0)
set(floor_auction 1)
set(floor_ring 1)
set(floor_thermal 1)
set(floor_market 2)
set(floor_bpf 2)
set(floor_host 3)
set(floor_gpu 3)
set(floor_sim 3)
set(most_lines 400)

if(NOT TREE)
  set(TREE ${ROOT})
endif()
file(GLOB_RECURSE headers RELATIVE ${TREE}/include/maxwell ${TREE}/include/maxwell/*)
if(NOT headers)
  message(FATAL_ERROR "there is no header in ${TREE}")
endif()

set(reasons "")
foreach(header IN LISTS headers)
  # A semicolon or a bracket would make a list of a line.
  file(READ ${TREE}/include/maxwell/${header} text)
  string(REGEX REPLACE "[][;]" "," text "${text}")
  string(REGEX MATCHALL "\n" lines "${text}")
  list(LENGTH lines lines)
  if(lines GREATER most_lines)
    string(APPEND reasons "${header} has ${lines} lines, ${most_lines} are enough for one idea\n")
  endif()
  if(NOT text MATCHES "^(// |/\\* |# )SPDX-License-Identifier: MIT")
    string(APPEND reasons "${header} does not begin with the line SPDX-License-Identifier: MIT\n")
  endif()

  string(REGEX MATCH "^[^/]+" folder ${header})
  if(header STREQUAL "maxwell.hpp")
    set(floor 3)  # all that is kernel-safe, nothing hosted
  elseif(DEFINED floor_${folder})
    set(floor ${floor_${folder}})
  else()
    string(APPEND reasons "${header}: no floor is known for ${folder}/\n")
    continue()
  endif()

  string(REGEX MATCHALL "\n[ \t]*#[ \t]*include[^\n]*" includes "${text}")
  foreach(line IN LISTS includes)
    string(REGEX REPLACE "^[ \t\n]*#[ \t]*include[ \t]*" "" line "${line}")
    if(NOT line MATCHES "^<")
      string(APPEND reasons "${header} includes ${line}: write <maxwell/...>\n")
    elseif(line MATCHES "^<maxwell/([^>/]+)(/[^>]*)?>")
      set(other ${CMAKE_MATCH_1})
      set(included ${CMAKE_MATCH_1}${CMAKE_MATCH_2})
      if(other STREQUAL folder)
        continue()
      elseif(folder STREQUAL "bpf" AND NOT other STREQUAL "abi")
        string(APPEND reasons "${header} includes ${included}: bpf/ includes only abi/\n")
      elseif(NOT DEFINED floor_${other} OR NOT floor_${other} LESS floor)
        string(APPEND reasons "${header} includes ${included}, which is not on a lower floor\n")
      endif()
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE sources RELATIVE ${TREE} ${TREE}/bench/*.hpp ${TREE}/bench/*.cpp ${TREE}/bench/*.js ${TREE}/bench/*.css
  ${TREE}/bench/*.html ${TREE}/bench/*.sh ${TREE}/bench/*.cmake ${TREE}/bench/CMakeLists.txt)
foreach(source IN LISTS sources)
  file(READ ${TREE}/${source} text)
  string(REGEX REPLACE "[^\n]" "" lines "${text}")
  string(LENGTH "${lines}" lines)
  if(lines GREATER most_lines)
    string(APPEND reasons "${source} has ${lines} lines, ${most_lines} are enough for one idea\n")
  endif()
endforeach()
verdict("the headers of ${TREE}" "${reasons}")
