// SPDX-License-Identifier: MIT
//
// What a report of a deviation test has to say of a rule.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <cstdio>

namespace maxwell::test {

/// No deviation pays, and no truthful winner pays more than it offered.
inline void expect_truthful(sim::deviation_report const& r) {
    EXPECT_GT(r.cases, 0u);
    EXPECT_EQ(r.profitable, 0u) << "of " << r.cases << ", regret " << r.worst_regret << " steps: bidder "
                                << r.example_bidder << " of " << ::testing::PrintToString(r.example.amounts) << " for "
                                << ::testing::PrintToString(r.example.units) << " units of " << r.example.supply
                                << " in slots " << ::testing::PrintToString(r.example.slots) << " bids "
                                << r.example_deviation << " for " << r.example_units << ", reserve "
                                << r.example.reserve;
    EXPECT_EQ(r.overcharged, 0u);
}

/// A negative control: some deviation pays, or some winner pays more than it offered.
inline void expect_refuted(sim::deviation_report const& r) {
    EXPECT_GT(r.profitable + r.overcharged, 0u) << "a control that passes proves nothing";
}

/// A line for the documents, `ctest -R deviation -V`. `steps`: values per tick of the search.
inline void print(char const* rule, sim::deviation_report const& r, double steps) {
    std::printf("%-44s %5.1f %% of %llu cases profitable, worst regret %.2f ticks, %llu winners overcharged\n", rule,
                100 * (1 - r.truthful_share()), static_cast<unsigned long long>(r.cases),
                static_cast<double>(r.worst_regret) / steps, static_cast<unsigned long long>(r.overcharged));
}

}  // namespace maxwell::test
