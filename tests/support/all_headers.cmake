# SPDX-License-Identifier: MIT
#
# all_headers(OUT TREE KIND): a source that includes every header of TREE/include/maxwell that is KIND, kernel_safe or hosted.

function(all_headers out tree kind)
  file(GLOB_RECURSE headers RELATIVE ${tree}/include ${tree}/include/maxwell/*.hpp ${tree}/include/maxwell/*.h)
  set(hosted "^maxwell/(host|gpu|sim)/")
  if(kind STREQUAL "hosted")
    list(FILTER headers INCLUDE REGEX ${hosted})
  elseif(kind STREQUAL "kernel_safe")
    list(FILTER headers EXCLUDE REGEX ${hosted})
  else()
    message(FATAL_ERROR "headers are kernel_safe or hosted, not '${kind}'")
  endif()
  if(NOT headers)
    message(FATAL_ERROR "there is no ${kind} header in ${tree}/include")
  endif()
  set(source "")
  foreach(header IN LISTS headers)
    string(APPEND source "#include <${header}>\n")
  endforeach()
  set(${out} "${source}" PARENT_SCOPE)
endfunction()
