# SPDX-License-Identifier: MIT
#
# What the documents point to is there: files that they link to, and tests that they name as proof of a clause.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

if(NOT DOCUMENTS)
  file(GLOB DOCUMENTS ${ROOT}/*.md ${ROOT}/docs/*.md ${ROOT}/tests/*.md ${ROOT}/bench/*.md ${ROOT}/examples/*.md)
endif()
file(GLOB_RECURSE sources ${ROOT}/tests/*.cpp)
set(tests "")
foreach(source IN LISTS sources)
  file(READ ${source} text)
  string(APPEND tests "${text}")
endforeach()

set(reasons "")
foreach(document IN LISTS DOCUMENTS)
  get_filename_component(folder ${document} DIRECTORY)
  file(READ ${document} text)
  string(REPLACE "](" "@link(" text "${text}")
  string(REGEX REPLACE "[][;]" " " text "${text}")  # or they would make lists

  string(REGEX MATCHALL "@link\\([^() \n]+\\)" links "${text}")
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^@link\\(|\\)$|#.*" "" link "${link}")
    if(link AND NOT link MATCHES ":" AND NOT EXISTS ${folder}/${link})
      string(APPEND reasons "${document} links to ${link}, which is not there\n")
    endif()
  endforeach()

  # A name of four words or more is a test's.
  string(REGEX MATCHALL "`[a-z0-9]+_[a-z0-9]+_[a-z0-9]+_[a-z0-9_]+`" names "${text}")
  foreach(name IN LISTS names)
    string(REPLACE "`" "" name "${name}")
    if(NOT tests MATCHES "TEST[_PF]*\\([a-z_0-9]+, ${name}\\)")
      string(APPEND reasons "${document} names the test ${name}, which is not there\n")
    endif()
  endforeach()
endforeach()
verdict("the documents" "${reasons}")
