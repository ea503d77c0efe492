# SPDX-License-Identifier: MIT
#
# verdict(WHAT REASONS): ends a check. Reasons to refuse fail it, or, in a control (REFUSED=REGEX), their absence does.

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
