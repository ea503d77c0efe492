# SPDX-License-Identifier: MIT
#
# libmaxwell-dev, built by CPack, unpacked into a scratch root: another project finds and uses it there, and lintian has no error to report.

cmake_minimum_required(VERSION 3.25)

find_program(dpkg_deb dpkg-deb)
if(NOT dpkg_deb)
  message("skipped: there is no dpkg-deb")
  return()
endif()
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/root)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output WORKING_DIRECTORY ${WORK})
  if(failed)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} -S ${ROOT} -B ${WORK}/maxwell -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DMAXWELL_TESTS=OFF -DMAXWELL_BENCH=OFF
  -DMAXWELL_EXAMPLES=OFF)
run(${CMAKE_COMMAND} --build ${WORK}/maxwell)
run(cpack -G DEB --config ${WORK}/maxwell/CPackConfig.cmake -B ${WORK}/packages)
file(GLOB package ${WORK}/packages/libmaxwell-dev_*_all.deb)
if(NOT package)
  message(FATAL_ERROR "no package: ${output}")
endif()
run(${dpkg_deb} -x ${package} ${WORK}/root)
run(${dpkg_deb} -f ${package} Architecture Section Depends)
if(NOT output MATCHES "Architecture: all" OR NOT output MATCHES "Section: libdevel" OR output MATCHES "Depends:")
  message(FATAL_ERROR "it says of itself: ${output}")
endif()
foreach(file include/maxwell/maxwell.hpp share/doc/libmaxwell-dev/copyright share/gdb/maxwell/maxwell_printers.py share/pkgconfig/maxwell.pc)
  if(NOT EXISTS ${WORK}/root/usr/${file})
    message(FATAL_ERROR "the package lacks /usr/${file}")
  endif()
endforeach()

run(${CMAKE_COMMAND} -S ${ROOT}/tests/consumer/find_package -B ${WORK}/user -G Ninja -DCMAKE_CXX_COMPILER=${CXX}
  -DCMAKE_PREFIX_PATH=${WORK}/root/usr)
run(${CMAKE_COMMAND} --build ${WORK}/user)
run(${WORK}/user/use)

find_program(lintian lintian)
if(lintian)
  execute_process(COMMAND ${lintian} --allow-root --fail-on error ${package} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "lintian:\n${output}")
  endif()
endif()
