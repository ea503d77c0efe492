// SPDX-License-Identifier: MIT
//
// device_checks for a GPU, by a name from which CMake takes nvcc.

#include "gpu/device_checks.cpp"
