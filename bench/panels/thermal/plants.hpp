// SPDX-License-Identifier: MIT

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// The same governors on machines that none of them was tuned on: cores side by side, a neighbour on the sink, leakage, a fan with
/// speeds, a day of air and dust.
panel_result hold_other_plants(panel_context const& context);

}  // namespace maxwell::bench
