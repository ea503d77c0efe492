// SPDX-License-Identifier: MIT
//
// Panel on batches: clearing a hundred to ten million sealed bids at once.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// clear_units and clear_capacity against what selects or sorts the same bids with the standard library.
panel_result clear_batches(panel_context const&);

}  // namespace maxwell::bench
