# SPDX-License-Identifier: MIT
#
# verdict(WHAT REASONS): ends a check. Reasons to refuse fail it, or, in a control (REFUSED=REGEX), their absence does.
# A check can also be run by hand, `cmake -P tests/checks/NAME.cmake`: ROOT and WORK then have these defaults.

if(NOT ROOT)
  cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH ROOT)
  cmake_path(GET ROOT PARENT_PATH ROOT)
endif()
if(NOT WORK)
  set(WORK ${CMAKE_CURRENT_BINARY_DIR}/build/check)
endif()

function(verdict what reasons)
  if(NOT DEFINED REFUSED)
    if(reasons)
      message(FATAL_ERROR "${what}:\n${reasons}")
    endif()
  elseif(NOT reasons)
    message(FATAL_ERROR "${what} passed, but it must not")
  elseif(NOT reasons MATCHES "${REFUSED}")
    message(FATAL_ERROR "${what} was refused, but not for \"${REFUSED}\":\n${reasons}")
  endif()
endfunction()
