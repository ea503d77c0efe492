# SPDX-License-Identifier: MIT
#
# maxwell_identify: resistances and time constants of a machine from a recorded load step. Needs Eigen.

find_package(Eigen3 3.4 QUIET NO_MODULE)
if(NOT TARGET Eigen3::Eigen)
  message(STATUS "Eigen not found (Debian: libeigen3-dev): maxwell_identify is not built")
  return()
endif()

add_executable(maxwell_identify ${CMAKE_CURRENT_LIST_DIR}/identify.cpp)
target_include_directories(maxwell_identify PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(maxwell_identify PRIVATE maxwell::maxwell maxwell_warnings fmt::fmt CLI11::CLI11 Eigen3::Eigen)
