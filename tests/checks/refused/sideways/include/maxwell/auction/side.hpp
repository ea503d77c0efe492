// SPDX-License-Identifier: MIT

#include <maxwell/core/x.hpp>
#include <maxwell/ring/x.hpp>
