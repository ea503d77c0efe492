# SPDX-License-Identifier: MIT
#
# maxwell_identify: resistances and time constants of a machine from a recorded load step. Needs Eigen.

find_package(Eigen3 3.4 QUIET NO_MODULE)
if(NOT TARGET Eigen3::Eigen)
  message(STATUS "Eigen not found (Debian: libeigen3-dev): maxwell_identify is not built")
  return()
endif()

# What is long in it is Eigen's, so the tests share it.
add_library(maxwell_fit STATIC ${CMAKE_CURRENT_LIST_DIR}/fit.cpp)
target_include_directories(maxwell_fit PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(maxwell_fit PUBLIC maxwell::maxwell fmt::fmt PRIVATE maxwell_warnings Eigen3::Eigen)
add_executable(maxwell_identify ${CMAKE_CURRENT_LIST_DIR}/identify.cpp)
target_link_libraries(maxwell_identify PRIVATE maxwell_fit maxwell_warnings CLI11::CLI11)
maxwell_smoke(maxwell_identify)
