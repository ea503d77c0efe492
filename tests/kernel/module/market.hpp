// SPDX-License-Identifier: MIT
//
// The quanta that a kernel module and user space both run: a stream of random numbers, agents that bid anew, and a checksum over every
// winner and payment. No header of a hosted library.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/maxwell.hpp>

#include <cstdint>

namespace maxwell::test {

constexpr std::uint32_t module_agents = 1000;
constexpr std::uint64_t module_quanta = 1'000'000;
using module_market = stratified_buckets<module_agents>;

constexpr std::uint64_t next_random(std::uint64_t& seed) noexcept {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/// Everybody bids once; zeroed memory is the empty auction.
inline void fill(module_market& market, std::uint64_t& seed) noexcept {
    for (std::uint32_t slot = 0; slot < module_agents; ++slot) {
        market.insert({slot, static_cast<price>(next_random(seed) >> 40), 1});
    }
}

/// A random agent bids anew, the best bid is extracted and its agent bids again; `quanta` times. Returns the checksum.
inline std::uint64_t run(module_market& market, std::uint64_t quanta, std::uint64_t& seed) noexcept {
    std::uint64_t sum = 0xcbf29ce484222325u;
    for (; quanta > 0; --quanta) {
        const std::uint64_t random = next_random(seed);
        market.insert({((random >> 32) * module_agents) >> 32, static_cast<price>(random) >> 8, 1});
        if (const auto won = market.extract_max()) {
            sum = (sum ^ (won->winner.agent * 0x9E3779B97F4A7C15u + won->payment)) * 0x100000001b3u;
            market.insert({won->winner.agent, static_cast<price>(next_random(seed) >> 40), 1});
        }
    }
    return sum;
}

}  // namespace maxwell::test
