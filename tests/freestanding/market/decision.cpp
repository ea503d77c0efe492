// SPDX-License-Identifier: MIT

#include <maxwell/market/decision.hpp>

static_assert(maxwell::decision{}.why == maxwell::quiet::nothing);
