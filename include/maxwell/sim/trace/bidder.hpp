// SPDX-License-Identifier: MIT
//
// to_bid: how a job becomes a bidder.
//
// The amount is the response ratio that the job would have if it were served now, times its weight (highest response ratio
// next, Brinch Hansen 1971):
//
//     amount = weight x (waited + service) / service         waited = now - arrival - attained
//
// in ticks of 1/1024 of an ordinary job that has not waited: weight is 1024 at nice 0, and those are the fixed point's 10
// bits. Why this index:
//
//   - It starts at the weight and only grows while the job waits, so nobody starves; a short job's grows faster, since the
//     same delay hurts it more. Mean response ratios come near those of shortest-job-next without its starvation.
//   - It is a price per unit of service, which is what a bid is: the job's urgency is spread over what it asks for, so a
//     long job does not outbid short ones by being long.
//   - It stands still while the job runs, since waited does. A running job is overtaken by those that wait, not by itself.
//
// Units are the service that is left, no more than a quantum of it. Integers only, so that a replay gives the same bids
// on every machine.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <cstdint>  // uint32_t, uint64_t

namespace maxwell::sim {

/// The bid of job `j` at `now_us`, on the clock of its arrival, when it has had `attained_us` of its service. `quantum_us`
/// bounds the units; 0 counts as 1. The amount saturates at 2^32 - 1; it never falls as `now_us` grows, and is the weight
/// where `now_us` is not after arrival and attained service. A job that has had all its service asks for 0 units, which
/// withdraws its bid. O(1).
constexpr bid to_bid(job const& j, agent_id agent, std::uint64_t attained_us, std::uint64_t now_us,
                     std::uint32_t quantum_us) noexcept {
    constexpr std::uint64_t most = 0xFFFF'FFFFu;
    const std::uint64_t service = j.service_us == 0 ? 1 : j.service_us;
    const std::uint64_t since = now_us > j.arrival_us ? now_us - j.arrival_us : 0;
    const std::uint64_t waited = since > attained_us ? since - attained_us : 0;

    // weight x (waited + service) / service = weight + weight x waited / service. Whole services waited and the rest apart:
    // a rest has less than 32 bits times service, and shifting both down loses nothing that a tick would show.
    std::uint64_t rest = waited % service;
    std::uint64_t divisor = service;
    while (divisor > most) {
        rest >>= 1;
        divisor >>= 1;
    }
    const std::uint64_t whole = waited / service;
    std::uint64_t amount = j.weight == 0 ? 0 : most;
    if (whole <= most) amount = j.weight + j.weight * whole + j.weight * rest / divisor;
    if (amount > most) amount = most;

    const std::uint64_t left = service > attained_us ? service - attained_us : 0;
    const std::uint64_t slice = quantum_us == 0 ? 1 : quantum_us;
    return {agent, static_cast<price>(amount), static_cast<std::uint32_t>(left < slice ? left : slice)};
}

}  // namespace maxwell::sim
