# SPDX-License-Identifier: MIT
#
# An overlay port of the checkout that it lies in: vcpkg install maxwell --overlay-ports=docs/packaging/vcpkg

get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -DMAXWELL_TESTS=OFF -DMAXWELL_BENCH=OFF -DMAXWELL_EXAMPLES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME maxwell CONFIG_PATH lib/cmake/maxwell)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug" "${CURRENT_PACKAGES_DIR}/lib")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
