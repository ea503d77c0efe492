// SPDX-License-Identifier: MIT
#pragma once
#include <maxwell/core/gone.hpp>
