// SPDX-License-Identifier: MIT
//
// idle_cores: which processors look for no work, and the locks of the markets that they ask.
//
// A lock is held from when it is free on, first come first served: so a caller knows at once when it will have it.
//
// Complexity: O(1) each.

#pragma once

#include "sim/policy.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::simulator {

class idle_cores {
public:
    /// All are idle. `locks`: one for each processor, or one.
    idle_cores(std::uint32_t processors, std::uint32_t locks)
        : idle_(processors == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << processors) - 1), free_ns_(locks) {}

    bool any() const { return idle_ != 0; }
    void add(std::uint32_t core) { idle_ |= bit(core); }

    /// An idle processor for an agent whose own is `own`, and no other if it is `pinned`. It is idle no longer.
    std::optional<std::uint32_t> take(std::uint32_t own, bool pinned) {
        std::uint32_t core = own;
        if ((idle_ & bit(own)) == 0) {
            if (pinned || idle_ == 0) return std::nullopt;
            core = first();
        }
        idle_ &= ~bit(core);
        return core;
    }
    std::uint32_t first() const { return static_cast<std::uint32_t>(std::countr_zero(idle_)); }

    /// Holds the lock of `core`'s market for `ns`, as soon as it is free; returns when that is over.
    std::uint64_t hold_lock(std::uint32_t core, std::uint64_t now_ns, double ns) {
        std::uint64_t& free = free_ns_[core % free_ns_.size()];
        free = std::max(free, now_ns) + static_cast<std::uint64_t>(ns);
        return free;
    }

private:
    static std::uint64_t bit(std::uint32_t core) { return std::uint64_t{1} << core; }

    std::uint64_t idle_;
    std::vector<std::uint64_t> free_ns_;  ///< by lock
};

}  // namespace maxwell::simulator
