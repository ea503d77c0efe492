# SPDX-License-Identifier: MIT
#
# Is SOURCE fit for a kernel? It compiles alone without a hosted library, exceptions, type information or floating-point
# registers, its frames are small, its object asks for nothing but the four functions that compilers call on their own, and
# nothing runs before main. HEADER includes only what every freestanding library has. Without assertions, as in a kernel, and with them
# where ASSERTIONS is on. Warnings are errors.
#
# REFUSED=REGEX turns it round: it must not be fit, for a reason that matches.

cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../support/verdict.cmake)

set(allowed bit compare concepts cstddef cstdint type_traits utility new optional)
set(allowed_in_c assert.h stddef.h stdint.h)
set(symbols memcpy memmove memset memcmp)
# In arrays of one GCC 12 sees an access to the second element, in a branch that is never taken.
set(flags -O2 -ffreestanding -mgeneral-regs-only -Wframe-larger-than=1024 -Wall -Wextra -Wpedantic -Wno-array-bounds -Werror)

set(reasons "")

# --- what it includes --------------------------------------------------------------------------------------------------

set(read ${SOURCE})
if(HEADER)
  set(read ${ROOT}/include/maxwell/${HEADER})
endif()
if(NOT EXISTS ${SOURCE})
  message(FATAL_ERROR "${HEADER} is kernel-safe by its folder, but nothing proves it: there is no ${SOURCE}")
endif()
file(STRINGS ${read} includes REGEX "^[ \t]*#[ \t]*include")
if(HEADER MATCHES "\\.h$")
  list(APPEND allowed ${allowed_in_c})
endif()
foreach(line IN LISTS includes)
  if(NOT line MATCHES "include[ \t]*<([^>]+)>")
    string(APPEND reasons "an include without <>: ${line}\n")
    continue()
  endif()
  set(included ${CMAKE_MATCH_1})
  if(NOT included MATCHES "^maxwell/" AND NOT included IN_LIST allowed)
    string(APPEND reasons "<${included}> is not kernel-safe\n")
  endif()
endforeach()

# --- what it compiles to -----------------------------------------------------------------------------------------------

if(NOT C OR NOT CXX)
  message("skipped: this compiler is not here")
  return()
endif()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(compile name compiler)
  set(object ${WORK}/${name}.o)
  execute_process(COMMAND ${compiler} ${ARGN} ${flags} -I ${ROOT}/include -c ${SOURCE} -o ${object}
    RESULT_VARIABLE failed ERROR_VARIABLE output OUTPUT_VARIABLE output)
  if(failed)
    string(APPEND reasons "it does not compile (${name}):\n${output}\n")
  else()
    execute_process(COMMAND ${NM} -u ${object} OUTPUT_VARIABLE undefined COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[^ \n]+\n" undefined "${undefined}")
    foreach(symbol IN LISTS undefined)
      string(STRIP "${symbol}" symbol)
      if(NOT symbol IN_LIST symbols)
        string(APPEND reasons "it calls ${symbol} (${name})\n")
      endif()
    endforeach()
    execute_process(COMMAND ${OBJDUMP} -h ${object} OUTPUT_VARIABLE sections COMMAND_ERROR_IS_FATAL ANY)
    if(sections MATCHES "\\.(init_array|ctors)")
      string(APPEND reasons "it has a static constructor: section ${CMAKE_MATCH_0} (${name})\n")
    endif()
  endif()
  set(reasons "${reasons}" PARENT_SCOPE)
endfunction()

set(as_cxx -x c++ -std=c++20 -fno-exceptions -fno-rtti -Wconversion -Wno-sign-conversion -Wshadow)
if(ASSERTIONS)
  compile(assertions ${CXX} ${as_cxx})
endif()
compile(ndebug ${CXX} ${as_cxx} -DNDEBUG)
if(SOURCE MATCHES "\\.c$")
  compile(c11 ${C} -std=c11)
endif()

verdict("${read}" "${reasons}")
