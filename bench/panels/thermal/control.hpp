// SPDX-License-Identifier: MIT

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// How well a temperature is held, by whom: on plants as stated and not, with fans and sensors that fail.
panel_result compare_temperature_control(panel_context const& context);

/// What holding it costs: nanoseconds and, stepped one by one, instructions of the most expensive steps.
panel_result measure_temperature_control(panel_context const& context);

}  // namespace maxwell::bench
