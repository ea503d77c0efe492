# SPDX-License-Identifier: MIT
#
# maxwell_bpf(NAME SOURCE FLAGS...): compiles SOURCE to NAME.bpf.o in the current binary folder, and appends that file to bpf_objects.
# MAXWELL_CAN_BPF says whether that is possible here; MAXWELL_BPF_ARENAS, whether the compiler knows arenas.

include_guard(GLOBAL)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(LIBBPF QUIET IMPORTED_TARGET GLOBAL libbpf)
endif()
find_program(MAXWELL_BPF_CLANG NAMES clang-21 clang-20 clang-19 clang)
set(MAXWELL_CAN_BPF OFF CACHE INTERNAL "")
set(MAXWELL_BPF_ARENAS OFF CACHE INTERNAL "")
if(LIBBPF_FOUND AND MAXWELL_BPF_CLANG AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(MAXWELL_CAN_BPF ON CACHE INTERNAL "")
  execute_process(COMMAND ${MAXWELL_BPF_CLANG} -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(version VERSION_GREATER_EQUAL 19)
    set(MAXWELL_BPF_ARENAS ON CACHE INTERNAL "")
  endif()
else()
  message(STATUS "No BPF programs are built: that takes libbpf (Debian: libbpf-dev) and clang")
endif()

function(maxwell_bpf name source)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  add_custom_command(OUTPUT ${object} COMMAND ${MAXWELL_BPF_CLANG} -g -O2 -Wall -Werror -target bpf -mcpu=v3
    -I /usr/include/${CMAKE_SYSTEM_PROCESSOR}-linux-gnu -I ${PROJECT_SOURCE_DIR}/include ${ARGN}
    -MD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source} DEPFILE ${object}.d)
  set(bpf_objects ${bpf_objects} ${object} PARENT_SCOPE)
endfunction()
