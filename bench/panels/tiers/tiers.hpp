// SPDX-License-Identifier: MIT
//
// Panels about tiers: fixed against adaptive boundaries, how many tiers, and who is first within one.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// Fixed against adaptive boundaries at equal memory, and how many there should be. No clock is in it.
panel_result compare_boundaries(panel_context const& at);

/// The earliest, or anyone: what that is worth to bidders.
panel_result order_within_tiers(panel_context const& at);

}  // namespace maxwell::bench
