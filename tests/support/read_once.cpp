// SPDX-License-Identifier: MIT
//
// Nothing: the precompiled header of the tests is made for this (tests/CMakeLists.txt).
