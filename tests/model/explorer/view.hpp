// SPDX-License-Identifier: MIT
//
// What weak_memory is made of: messages, the views that they carry, and a digest to tell states apart by.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace maxwell::model {

inline constexpr std::size_t most_threads = 4;
inline constexpr std::size_t most_locations = 40;

/// The orders, with the values that the compilers give them.
enum order : int { relaxed = 0, consume = 1, acquire = 2, release = 3, acq_rel = 4, seq_cst = 5 };

inline bool acquires(int o) { return o == consume || o == acquire || o == acq_rel || o == seq_cst; }
inline bool releases(int o) { return o == release || o == acq_rel || o == seq_cst; }

/// A number that stands for all that was put in. Not secret, only well mixed.
class digest {
public:
    void add(std::uint64_t word) {
        a_ = mix((a_ ^ word) * 0x9e3779b97f4a7c15u);
        b_ = mix((b_ + word) * 0xc2b2ae3d27d4eb4fu);
    }
    std::pair<std::uint64_t, std::uint64_t> value() const { return {a_, b_}; }

private:
    static std::uint64_t mix(std::uint64_t x) { return x ^ (x >> 29) ^ (x << 17); }
    std::uint64_t a_ = 1, b_ = 2;
};

struct view {
    std::array<std::uint16_t, most_locations> seen{};  ///< per location: the place of a message in modification order
    std::array<std::uint16_t, most_threads> clock{};   ///< per thread: its accesses up to this time happened before

    void join(view const& other, bool with_clock = true) {
        for (std::size_t i = 0; i < most_locations; ++i) seen[i] = std::max(seen[i], other.seen[i]);
        for (std::size_t i = 0; with_clock && i < most_threads; ++i) clock[i] = std::max(clock[i], other.clock[i]);
    }
};

struct message {
    std::uint64_t value;
    view released;           ///< what an acquire that reads it learns
    bool attached;           ///< by a read-modify-write that read the one before: nothing comes between
    std::uint64_t mark = 0;  ///< stands for all of that
};

}  // namespace maxwell::model
