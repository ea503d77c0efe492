// SPDX-License-Identifier: MIT
//
// Panels on the clearing rules.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// What selling units costs: in welfare against the best choice there is, and in time.
panel_result sell_units(panel_context const&);

}  // namespace maxwell::bench
