// SPDX-License-Identifier: MIT
//
// Kernel-safe headers for nvcc, whose host code a program with kernels is: no warning, and a container that works.

#include <maxwell/maxwell.hpp>

int main() {
    static maxwell::tournament_tree<1000> exact;
    static maxwell::stratified_buckets<1000> tiers;
    exact.insert({1, 90, 1});
    tiers.insert({1, 90, 1});
    return exact.extract_max() && tiers.extract_max() ? 0 : 1;
}
