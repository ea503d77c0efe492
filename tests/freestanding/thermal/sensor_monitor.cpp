// SPDX-License-Identifier: MIT

#include <maxwell/thermal/sensor_monitor.hpp>

namespace maxwell {

constinit sensor_monitor in_bss;

sensor_verdict judge(sensor_monitor& m, q32 reading, q32 rise) { return m.judge(reading, rise, q32_one, reading); }
void repair(sensor_monitor& m, sensor_limits const& limits) {
    m = sensor_monitor(limits, 0);
    if (!m.trusted() || !m.moved()) m.reset();
}

}  // namespace maxwell
