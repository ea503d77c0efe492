// SPDX-License-Identifier: MIT
//
// The frontier: nanoseconds a quantum against welfare lost, a point for each mechanism and setting.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

panel_result draw_frontier(panel_context const&);

}  // namespace maxwell::bench
