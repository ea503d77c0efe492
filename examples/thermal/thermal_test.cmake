# SPDX-License-Identifier: MIT
#
# THERMAL on the shipped recording, on what it makes of a machine's file and of a small tree of sensors; and what it refuses.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${THERMAL})
set(NAME thermal)
include(${ROOT}/tests/support/program.cmake)

set(recording ${CMAKE_CURRENT_LIST_DIR}/two_dies.csv)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/nothing)

# The recording is the one that the program makes, and it goes from cheap to feeding first and back.
execute_process(COMMAND ${THERMAL} --example OUTPUT_FILE ${WORK}/made.csv COMMAND_ERROR_IS_FATAL ANY)
file(READ ${WORK}/made.csv made)
file(READ ${recording} shipped)
if(NOT made STREQUAL shipped)
  message(FATAL_ERROR "${recording} is not what thermal --example makes")
endif()
expect(0 "price page of 4 lanes is /proc/.*ordinary x1.00 from 100 .*ordinary x8.00 from 800.*feeding first.*ordinary x1.00 from 100 .*89[0-9][0-9] schedules"
  --replay ${recording} --speed 0)
expect(0 "feeding x1.00 from 7 .*9[0-9][0-9] schedules" --replay ${recording} --speed 0 --base 7 --seconds 10)

# Two dies that don't share a sink: the accelerator's watts no longer warm the processor's model.
file(WRITE ${WORK}/apart.json [==[{"dies": [
  {"stages": [[30000, 2000], [120000, 1000000], [200000, 22900000]], "idle_mw": 40000, "max_mw": 240000, "target_mc": 95000},
  {"stages": [[20000, 5000], [250000, 22900000]], "idle_mw": 20000, "max_mw": 220000}]}]==])
expect(0 "8[0-9][0-9][0-9] schedules" --replay ${recording} --speed 0 --machine ${WORK}/apart.json)

# A live machine: a zone, and a chip's watts, that don't change.
file(WRITE ${WORK}/sys/class/thermal/thermal_zone0/type "x86_pkg_temp\n")
file(WRITE ${WORK}/sys/class/thermal/thermal_zone0/temp "45000\n")
file(WRITE ${WORK}/sys/class/hwmon/hwmon0/name "meter\n")
file(WRITE ${WORK}/sys/class/hwmon/hwmon0/power1_input "60000000\n")
expect(0 "processor +45.0 C.*draws +60.*accelerator .*by its model.*schedules published" --root ${WORK} --seconds 1.5)

expect(1 "no sensor of the processor" --root ${WORK}/nothing --seconds 1)
expect(2 "no-such.csv" --replay ${WORK}/no-such.csv)
expect(2 "no-such.json can't be read" --replay ${recording} --machine ${WORK}/no-such.json)
file(WRITE ${WORK}/broken.json "{\"dies\": [")
expect(2 "broken.json: .*parse" --replay ${recording} --machine ${WORK}/broken.json)
file(WRITE ${WORK}/watts.json [==[{"dies": [{"stages": [[30000, 2000]], "idle_mw": 40, "max_mw": 240},
  {"stages": [[30000, 2000]], "idle_mw": 40000, "max_mw": 240000}]}]==])
expect(2 "die 0: max_mw heats the machine by less than a tenth" --replay ${recording} --machine ${WORK}/watts.json)
file(WRITE ${WORK}/strong.json [==[{"dies": [{"stages": [[350000, 2000]], "idle_mw": 40000, "max_mw": 240000},
  {"stages": [[350000, 2000]], "idle_mw": 20000, "max_mw": 220000}], "coupling": [400000, 22900000]}]==])
expect(2 "don't add up to more than the couplings" --replay ${recording} --machine ${WORK}/strong.json)
expect(2 "--help lists the options" --speed -1)
expect(2 "nan is not a number.*--help lists the options" --speed nan)
expect(2 "--help lists the options" --no-such-option)
expect(0 "--machine" --help)
