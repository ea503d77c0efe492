// SPDX-License-Identifier: MIT
//
// The bid board against queues: what a submission costs beside the timer, what a tick costs whose agents bid more or less
// often, and how long a host drains.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// Takes ten seconds.
panel_result measure_board(panel_context const& at);

}  // namespace maxwell::bench
