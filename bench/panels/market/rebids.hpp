// SPDX-License-Identifier: MIT
//
// From an agent's bid to the outcome that tells it, against how many bid again.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

panel_result run_rebids(panel_context const& at);

}  // namespace maxwell::bench
