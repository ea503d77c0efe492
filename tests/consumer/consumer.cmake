# SPDX-License-Identifier: MIT
#
# Builds and runs use.cpp as a project outside of the tree would, in one WAY: find_package, add_subdirectory or pkg_config.

cmake_minimum_required(VERSION 3.25)

set(here ${CMAKE_CURRENT_LIST_DIR})
set(prefix "${WORK}/a prefix with spaces")
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

if(NOT WAY STREQUAL "add_subdirectory")
  run(${CMAKE_COMMAND} -S ${ROOT} -B ${WORK}/maxwell -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DMAXWELL_TESTS=OFF
    -DMAXWELL_BENCH=OFF -DMAXWELL_EXAMPLES=OFF -DCMAKE_INSTALL_PREFIX=${prefix})
  run(${CMAKE_COMMAND} --build ${WORK}/maxwell)
  run(${CMAKE_COMMAND} --install ${WORK}/maxwell)
  # Headers and how to find them, nothing else.
  file(GLOB_RECURSE installed RELATIVE ${prefix} ${prefix}/*)
  foreach(file IN LISTS installed)
    if(NOT file MATCHES "^include/maxwell/|/cmake/maxwell/|/pkgconfig/maxwell.pc$")
      message(FATAL_ERROR "installed, but what for: ${file}")
    endif()
  endforeach()
  # Nothing of the build machine's, and it can be moved.
  file(RENAME ${prefix} "${WORK}/moved prefix")
  set(prefix "${WORK}/moved prefix")
endif()

if(WAY STREQUAL "pkg_config")
  find_program(pkg_config NAMES pkg-config pkgconf)
  if(NOT pkg_config)
    message("skipped: there is no pkg-config")
    return()
  endif()
  set(ENV{PKG_CONFIG_PATH} "${prefix}/share/pkgconfig")
  run(${pkg_config} --modversion maxwell)
  if(NOT output MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+\n$")
    message(FATAL_ERROR "no version: ${output}")
  endif()
  run(${pkg_config} --cflags maxwell)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run(${CXX} ${flags} ${here}/use.cpp -o ${WORK}/use)
  run(${WORK}/use)
else()
  run(${CMAKE_COMMAND} -S ${here}/${WAY} -B ${WORK}/user -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DMAXWELL_ROOT=${ROOT}
    -DCMAKE_PREFIX_PATH=${prefix})
  run(${CMAKE_COMMAND} --build ${WORK}/user)
  run(${WORK}/user/use)
endif()
