# SPDX-License-Identifier: MIT
#
# SENSORS on a small tree of files, then on what it has recorded there; and what it refuses.

cmake_minimum_required(VERSION 3.25)

set(PROGRAM ${SENSORS})
set(NAME sensors)
include(${ROOT}/tests/support/program.cmake)

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/sys/class/thermal/thermal_zone0/type "die\n")
file(WRITE ${WORK}/sys/class/thermal/thermal_zone0/temp "45000\n")
file(MAKE_DIRECTORY ${WORK}/nothing)
set(here --root ${WORK} --nvml libmaxwell-no-such-nvml.so)

expect(0 "thermal/die.0 +temperature_mk +45.0 C" ${here})
expect(0 "hwmon: not available: .*RAPL: not available: .*NVML: not available: libmaxwell" ${here})
expect(1 "No sensor of this machine can be read" --root ${WORK}/nothing --nvml libmaxwell-no-such-nvml.so)
expect(0 "readings of 1 sensors" ${here} --record ${WORK}/step.csv --seconds 1 --every-ms 200)
file(READ ${WORK}/step.csv recorded)
if(NOT recorded MATCHES "^time_ns,thermal/die.0:temperature_mk\n[0-9]+,318150\n[0-9]+,318150\n")
  message(FATAL_ERROR "the recording is not as it should be:\n${recorded}")
endif()
expect(0 "replay/thermal/die.0:temperature_mk +temperature_mk +45.0 C" --replay ${WORK}/step.csv)
expect(2 "no-such.csv" --replay ${WORK}/no-such.csv)
expect(2 "can't write to" ${here} --record ${WORK}/nothing/there/step.csv --seconds 1)
expect(1 "nothing to record" --root ${WORK}/nothing --nvml libmaxwell-no-such-nvml.so --record ${WORK}/none.csv)

# The replayed power rises from 60 to 80 W, its energy does the same. The watts of the line without a temperature are in the next one.
file(WRITE ${WORK}/load.csv "time_ns,temperature_mk,power_uw,energy_uj\n"
  "1000000000,320150,60000000,0\n1100000000,321150,60000000,6000000\n1200000000,,80000000,14000000\n1300000000,323150,80000000,22000000\n")
foreach(power power_uw:75 energy_uj:80)
  string(REPLACE ":" ";" power ${power})
  list(GET power 1 mean)
  list(GET power 0 power)
  expect(0 "2 lines for ./run identify" --replay ${WORK}/load.csv --step ${WORK}/step.csv --temperature replay/temperature_mk
    --power replay/${power} --seconds 1 --every-ms 100)
  file(READ ${WORK}/step.csv recorded)
  if(NOT recorded MATCHES "^time_s,watts,celsius\n0.100,60.000,48.000\n0.300,${mean}.000,50.000\n$")
    message(FATAL_ERROR "the step is not as it should be:\n${recorded}")
  endif()
endforeach()
expect(2 "there is no sensor 'x'" ${here} --step ${WORK}/step.csv --temperature x --power y)
expect(2 "'thermal/die.0' measures temperature_mk" ${here} --step ${WORK}/step.csv --temperature thermal/die.0 --power thermal/die.0)
expect(2 "--help lists the options" --power x)
expect(2 "--help lists the options" ${here} --record ${WORK}/x.csv --seconds 0)
expect(2 "--help lists the options" --no-such-option)
expect(0 "--record" --help)
