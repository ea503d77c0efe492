// SPDX-License-Identifier: MIT

#include <maxwell/auction/x.hpp>
