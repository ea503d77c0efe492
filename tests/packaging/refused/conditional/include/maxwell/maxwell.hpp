// SPDX-License-Identifier: MIT
#pragma once
#if defined(__linux__)
#include <maxwell/core/bid.hpp>
#endif
