// SPDX-License-Identifier: MIT
//
// The panel on what truth over time costs.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// A quantum of patient agents with what they owe worked out when they leave, against the same quantum without.
panel_result defer_payments(panel_context const&);

}  // namespace maxwell::bench
