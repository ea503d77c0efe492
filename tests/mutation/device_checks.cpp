// SPDX-License-Identifier: MIT
//
// Notices each mutant of device.txt: the kernels' awards against those of the CPU.

#include "gpu/device_checks.cpp"
