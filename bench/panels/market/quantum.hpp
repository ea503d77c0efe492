// SPDX-License-Identifier: MIT
//
// One quantum of a market, end to end, against its parts.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

panel_result run_quanta(panel_context const& at);

}  // namespace maxwell::bench
