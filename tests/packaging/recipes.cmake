# SPDX-License-Identifier: MIT
#
# The vcpkg port and the Conan recipe put the headers where another project finds them. Neither tool is there, so what they call is stood
# in for by the least that does the same; names, versions and required members are compared with what the tools ask for.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

file(STRINGS ${ROOT}/CMakeLists.txt version REGEX "^project\\(maxwell VERSION ")
string(REGEX REPLACE ".*VERSION ([0-9.]+).*" "\\1" version "${version}")
foreach(file CITATION.cff docs/packaging/conan/conanfile.py)
  file(STRINGS ${ROOT}/${file} said REGEX "^ *version[ :=]+\"?${version}\"?$")
  if(NOT said)
    message(FATAL_ERROR "${file} is not of version ${version}")
  endif()
endforeach()

# --- vcpkg: https://learn.microsoft.com/vcpkg/reference/vcpkg-json names what a manifest must have ------------------------
set(port ${ROOT}/docs/packaging/vcpkg/maxwell)
file(READ ${port}/vcpkg.json manifest)
foreach(expected name=maxwell version-semver=${version} license=MIT)
  string(REGEX REPLACE "=.*" "" member ${expected})
  string(JSON value GET "${manifest}" ${member})
  if(NOT "${member}=${value}" STREQUAL "${expected}")
    message(FATAL_ERROR "vcpkg.json: ${member} is ${value}")
  endif()
endforeach()
set(CURRENT_PACKAGES_DIR ${WORK}/vcpkg)
function(vcpkg_cmake_configure)
  cmake_parse_arguments(arg "" "SOURCE_PATH" "OPTIONS" ${ARGN})
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${WORK}/vcpkg-build -G Ninja -DCMAKE_CXX_COMPILER=${CXX} ${arg_OPTIONS}
    -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DCMAKE_INSTALL_LIBDIR=lib)
endfunction()
function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${WORK}/vcpkg-build)
  run(${CMAKE_COMMAND} --install ${WORK}/vcpkg-build)
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(arg "" "PACKAGE_NAME;CONFIG_PATH" "" ${ARGN})
  file(MAKE_DIRECTORY ${CURRENT_PACKAGES_DIR}/share)
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH} ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME})
  # As vcpkg does: one folder fewer between the file and the prefix.
  file(READ ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME}/maxwell-config.cmake text)
  string(REPLACE "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)"
    "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)" text "${text}")
  file(WRITE ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME}/maxwell-config.cmake "${text}")
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(arg "" "" "FILE_LIST" ${ARGN})
  file(COPY_FILE ${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/maxwell/copyright)
endfunction()
include(${port}/portfile.cmake)
if(EXISTS ${WORK}/vcpkg/lib OR NOT EXISTS ${WORK}/vcpkg/share/maxwell/copyright)
  message(FATAL_ERROR "the port leaves lib/ behind, or has no copyright")
endif()
run(${CMAKE_COMMAND} -S ${ROOT}/tests/consumer/find_package -B ${WORK}/vcpkg-user -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${WORK}/vcpkg)
run(${CMAKE_COMMAND} --build ${WORK}/vcpkg-user)
run(${WORK}/vcpkg-user/use)

# --- Conan -----------------------------------------------------------------------------------------------------------------
run(${PYTHON} ${ROOT}/tests/packaging/conan_stand_in.py ${ROOT}/docs/packaging/conan ${WORK}/conan)
run(${CXX} -std=c++20 -I${WORK}/conan/include ${ROOT}/tests/consumer/use.cpp -o ${WORK}/conan/use)
run(${WORK}/conan/use)
