# SPDX-License-Identifier: MIT
#
# With an older language every kernel-safe header's first error is the sentence that says what is needed, and with C++20 it is
# not there. By the compiler CXX.

cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE headers RELATIVE ${ROOT}/include ${ROOT}/include/maxwell/*.hpp)
list(FILTER headers EXCLUDE REGEX "^maxwell/(host|gpu|sim)/")
if(NOT headers)
  message(FATAL_ERROR "there is no header in ${ROOT}/include")
endif()
file(REMOVE_RECURSE ${WORK})

function(compile header language)
  file(WRITE ${WORK}/one.cpp "#include <${header}>\n")
  execute_process(COMMAND ${CXX} -std=${language} -fsyntax-only -Wfatal-errors -I ${ROOT}/include ${WORK}/one.cpp
    RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(failed ${failed} PARENT_SCOPE)
  string(REGEX MATCH "error:[^\n]*" first "${output}")
  set(first "${first}" PARENT_SCOPE)
endfunction()

foreach(header IN LISTS headers)
  compile(${header} c++17)
  if(NOT failed OR NOT first MATCHES "Maxwell needs C\\+\\+20")
    message(FATAL_ERROR "${header} as C++17 begins with \"${first}\"")
  endif()
endforeach()
compile(maxwell/core/cxx20.hpp c++20)
if(failed)
  message(FATAL_ERROR "C++20 is refused: ${first}")
endif()
