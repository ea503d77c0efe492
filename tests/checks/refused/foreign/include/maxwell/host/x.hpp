// SPDX-License-Identifier: MIT

#include "x.hpp"
