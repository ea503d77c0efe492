// SPDX-License-Identifier: MIT
//
// Panels of the containers themselves.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

panel_result enter_many_bids(panel_context const&);

}  // namespace maxwell::bench
