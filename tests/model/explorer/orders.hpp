// SPDX-License-Identifier: MIT
//
// What the explorer's tests of the library share: all programs of a structure hold, and every order in its source that
// is stronger than relaxed is there for a reason.

#pragma once

#include "explorer.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::model {

inline void expect_all_hold(std::vector<program> const& programs) {
    for (program const& p : programs) {
        const verdict v = explore(p);
        EXPECT_TRUE(v.ok()) << p.name << ": " << v;
        std::printf("%-50s %8lu executions %8lu states\n", p.name.c_str(), v.executions, v.states);
    }
}

/// Each order, weakened by one step, breaks one of the programs, but for those in `unneeded`, written "function:
/// change".
inline void expect_every_order_is_needed(std::vector<program> const& programs, std::set<std::string> const& unneeded) {
    std::set<std::string> found;
    for (weakening const& w : weaken_each_order(programs)) {
        std::printf("%-44s %-36s %s\n", w.where.c_str(), w.change.c_str(),
                    w.caught_by.empty() ? "not needed here" : w.caught_by.c_str());
        if (w.caught_by.empty()) found.insert(w.where.substr(0, w.where.find(' ')) + ": " + w.change);
    }
    EXPECT_EQ(found, unneeded);
}

}  // namespace maxwell::model
