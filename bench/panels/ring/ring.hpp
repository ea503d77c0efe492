// SPDX-License-Identifier: MIT
//
// The panels of ring/: how bids arrive, beside queues that people use today.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

panel_result push_from_one_producer(panel_context const&);
panel_result push_from_several_producers(panel_context const&);

}  // namespace maxwell::bench
