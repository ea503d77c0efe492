// SPDX-License-Identifier: MIT

#pragma once

#include "harness/panel.hpp"

namespace maxwell::bench {

/// What prices cost: looking one up, changing one, passing them on, and making one from another plane's load.
panel_result measure_prices(panel_context const& context);

}  // namespace maxwell::bench
