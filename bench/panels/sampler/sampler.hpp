// SPDX-License-Identifier: MIT
//
// Panels on probabilistic_sampler.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// What each rule costs in welfare, what splitting an identity gains under it, and how long agents wait.
panel_result draw_winners(panel_context const&);

}  // namespace maxwell::bench
