# SPDX-License-Identifier: MIT
#
# libmaxwell-dev: the headers, how CMake and pkg-config find them, what gdb prints, and the papers that Debian asks for. The papers are a
# component of their own, so `cmake --install` leaves them out.

set(docs share/doc/libmaxwell-dev)
install(FILES LICENSE DESTINATION ${docs} RENAME copyright COMPONENT papers EXCLUDE_FROM_ALL)
install(FILES docs/packaging/maxwell_printers.py DESTINATION share/gdb/maxwell COMPONENT papers EXCLUDE_FROM_ALL)
find_program(MAXWELL_GZIP gzip)
if(MAXWELL_GZIP)
  file(WRITE ${PROJECT_BINARY_DIR}/papers/changelog "maxwell (${PROJECT_VERSION}) unstable; urgency=medium

  * See docs/CHANGELOG.md of the sources.

 -- The Maxwell authors <maxwell@users.noreply.github.com>  Thu, 01 Jan 2026 00:00:00 +0000
")
  execute_process(COMMAND ${MAXWELL_GZIP} -9nf ${PROJECT_BINARY_DIR}/papers/changelog)
  install(FILES ${PROJECT_BINARY_DIR}/papers/changelog.gz DESTINATION ${docs} COMPONENT papers EXCLUDE_FROM_ALL)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL Unspecified papers)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME libmaxwell-dev)
set(CPACK_DEBIAN_PACKAGE_NAME libmaxwell-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Maxwell authors <maxwell@users.noreply.github.com>")
set(CPACK_PACKAGE_CONTACT "${CPACK_DEBIAN_PACKAGE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "auctions fast enough to run inside a scheduler (headers)")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A header-only C++20 library: in every quantum the best bidder gets the
processor and pays the least amount that would still have won. Integers only;
no allocation, no locks, no system calls, no dependencies.")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
