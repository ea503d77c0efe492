# SPDX-License-Identifier: MIT
#
# bucket_auction placed for an iCE40 HX8K: how many cells and how many MHz. Fails where a goal is missed.

set(max_cells 4608)  # 60 % of 7,680
set(min_mhz 45)

foreach(tool yosys nextpnr-ice40)
  find_program(${tool} ${tool})
  if(NOT ${tool})
    message("skipped: ${tool} is not here")
    return()
  endif()
endforeach()
set(fpga ${ROOT}/examples/fpga)
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${yosys} -q -p "read_verilog ${fpga}/bucket_auction.v ${fpga}/bucket_auction_top.v; synth_ice40 -top bucket_auction_top -json ${WORK}/bucket.json"
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code)
  message(FATAL_ERROR "yosys:\n${said}")
endif()
execute_process(COMMAND ${nextpnr-ice40} --hx8k --package ct256 --freq ${min_mhz} --seed 1 --json ${WORK}/bucket.json --asc ${WORK}/bucket.asc
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code OR NOT said MATCHES "ICESTORM_LC: *([0-9]+)/")
  message(FATAL_ERROR "nextpnr-ice40:\n${said}")
endif()
set(cells ${CMAKE_MATCH_1})
string(REGEX MATCH "ICESTORM_RAM: *([0-9]+)/" ignored "${said}")
set(rams ${CMAKE_MATCH_1})
string(REGEX MATCHALL "Max frequency for clock [^\n]*: [0-9.]+ MHz" all "${said}")
list(POP_BACK all last)  # before routing it is a guess
string(REGEX MATCH "([0-9.]+) MHz" ignored "${last}")
set(mhz ${CMAKE_MATCH_1})
message("bucket_auction on an iCE40 HX8K: ${cells} of 7,680 cells, ${rams} of 32 block RAMs, ${mhz} MHz")
if(cells GREATER max_cells OR mhz LESS min_mhz)
  message(FATAL_ERROR "at most ${max_cells} cells and at least ${min_mhz} MHz are wanted")
endif()
