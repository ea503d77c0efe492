// SPDX-License-Identifier: MIT
//
// The comparison matrix: mechanism against whatever one chooses a mechanism by. Speeds come from the cases of the same run, what
// needs no clock is found out here, and orders of growth are those that the headers argue for.

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// A figure whose case was not in the run is "-".
panel_result compare_mechanisms(panel_context const& at);

}  // namespace maxwell::bench
