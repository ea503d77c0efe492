# SPDX-License-Identifier: MIT
#
# maxwell_sim: the simulator. A library of its own, since its tests use its parts.

set(MAXWELL_SIM_DIR ${CMAKE_CURRENT_LIST_DIR})
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
file(GLOB simulator CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(REMOVE_ITEM simulator ${CMAKE_CURRENT_LIST_DIR}/sim.cpp)
add_library(maxwell_simulator STATIC ${simulator})

find_path(MAXWELL_CLP_INCLUDE coin/Clp_C_Interface.h)
find_library(MAXWELL_CLP Clp)
if(MAXWELL_CLP AND MAXWELL_CLP_INCLUDE)
  target_include_directories(maxwell_simulator SYSTEM PRIVATE ${MAXWELL_CLP_INCLUDE} ${MAXWELL_CLP_INCLUDE}/coin)
  target_link_libraries(maxwell_simulator PRIVATE ${MAXWELL_CLP})
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/lp_bound.cpp PROPERTIES COMPILE_DEFINITIONS MAXWELL_HAS_CLP)
else()
  message(STATUS "CLP not found (Debian: coinor-libclp-dev): simulations have no bound for jobs that are worth nothing unless they end")
endif()

# The page, with the look and the parts of the benchmark's.
foreach(part report/page.css report/page.js sim/page.html sim/page.js)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${part})
  file(READ ${part} ${part})
endforeach()
string(REPLACE "/*MAXWELL_CSS*/" "${report/page.css}" page "${sim/page.html}")
string(REPLACE "/*MAXWELL_SCRIPT*/" "${report/page.js}\n${sim/page.js}" page "${page}")
file(CONFIGURE OUTPUT sim_page.hpp @ONLY CONTENT [[
// Made from bench/sim/page.html and page.js, and bench/report/page.css and page.js.
#pragma once
namespace maxwell::simulator {
inline constexpr char sim_page[] = R"maxwell_page(@page@)maxwell_page";
}
]])
target_include_directories(maxwell_simulator PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/page.cpp PROPERTIES COMPILE_DEFINITIONS
  "MAXWELL_BENCH_CHART_JS=\"$<$<BOOL:${MAXWELL_CHART_JS}>:${MAXWELL_CHART_JS}>\"")
set(around campaign csv experiment goals lp_bound page)  # no loop of a run is in these
list(TRANSFORM around REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1.cpp")
if(MAXWELL_BENCH_SMOKE)
  maxwell_as_one(maxwell_simulator 7)
else()
  set_source_files_properties(${around} ${CMAKE_CURRENT_LIST_DIR}/sim.cpp PROPERTIES COMPILE_OPTIONS -O1)
endif()
target_compile_definitions(maxwell_simulator PRIVATE
  MAXWELL_LLM_TRACE="${PROJECT_SOURCE_DIR}/../shared/traces/AzureLLMInferenceTrace_conv.csv")
target_include_directories(maxwell_simulator PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
# The same bytes from every compiler: products and sums are not fused where a processor could.
target_compile_options(maxwell_simulator PUBLIC -ffp-contract=off)
target_link_libraries(maxwell_simulator PUBLIC maxwell::maxwell fmt::fmt nlohmann_json::nlohmann_json ZLIB::ZLIB Threads::Threads
  PRIVATE maxwell_warnings)
add_executable(maxwell_sim ${CMAKE_CURRENT_LIST_DIR}/sim.cpp)
target_compile_definitions(maxwell_sim PRIVATE MAXWELL_SIM_EXPERIMENTS="${CMAKE_CURRENT_LIST_DIR}/experiments"
  MAXWELL_SIM_GOALS="${CMAKE_CURRENT_LIST_DIR}/goals")
target_link_libraries(maxwell_sim PRIVATE maxwell_simulator maxwell_warnings CLI11::CLI11)
maxwell_smoke(maxwell_sim)

if(MAXWELL_TESTS)
  add_test(NAME sim.program COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR} -DSIM=$<TARGET_FILE:maxwell_sim> -DWORK=${CMAKE_CURRENT_BINARY_DIR}/sim
    -P ${CMAKE_CURRENT_LIST_DIR}/sim_test.cmake)
  set_tests_properties(sim.program PROPERTIES LABELS ci TIMEOUT 300)
  add_test(NAME sim.shards COMMAND ${CMAKE_COMMAND} -DSIM=$<TARGET_FILE:maxwell_sim> -DWORK=${CMAKE_CURRENT_BINARY_DIR}/sim_shards
    -DSCRIPTS=${CMAKE_CURRENT_LIST_DIR}/cluster -P ${CMAKE_CURRENT_LIST_DIR}/cluster/shards_test.cmake)
  set_tests_properties(sim.shards PROPERTIES LABELS ci TIMEOUT 300 SKIP_REGULAR_EXPRESSION "(^|\n)skipped:")
endif()
