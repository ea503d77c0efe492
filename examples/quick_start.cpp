// SPDX-License-Identifier: MIT
//
// Quick start: three agents, a few quanta, one price broadcast. What a scheduler does with Maxwell, without the scheduler.

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/many_bids.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>

#include <cstdint>
#include <cstdio>

namespace {

// Zeroed memory is an empty market: in .bss it needs no constructor.
constinit maxwell::stratified_buckets<1000> market;
constinit maxwell::agent_registry<1000> agents;

void show(char const* when, maxwell::quantum_result const& q) {
    if (!q.winner) {
        std::printf("%-34s nobody runs (%zu bids below the reserve of %u)\n", when, market.size(), market.reserve());
        return;
    }
    const auto [winner, payment] = *q.winner;
    std::printf("%-34s agent %u runs for %u us at %u ticks per us; it bid %u\n", when, maxwell::slot_of(winner.agent),
                winner.units, payment, winner.amount);
}

}  // namespace

int main() {
    constexpr std::uint32_t slice_us = 500;
    const maxwell::agent_id database = *agents.acquire();
    const maxwell::agent_id build = *agents.acquire();
    const maxwell::agent_id backup = *agents.acquire();

    // Each bids what a microsecond of processor time is worth to it. Misreporting doesn't pay, so there is nothing to tune.
    market.insert({database, 900, slice_us});
    market.insert({build, 400, slice_us});
    market.insert({backup, 30, slice_us});

    // The first decision: nobody runs yet, so there is nobody to enter again.
    show("the first quantum:", {maxwell::status::ok, market.extract_max()});

    // The database has run its slice. It bids again, lower now that its queue is shorter, and the best bid wins.
    show("the database bids 350:", maxwell::quantum(market, {database, 350, slice_us}));

    // Switching costs something: the running build wins against anything less than 100 ticks better.
    show("the build bids 300, bonus 100:", maxwell::quantum(market, {build, 300, slice_us}, 100));

    // The machine grows hot: a reserve for everybody, in O(1).
    market.update_price(380);
    show("a reserve of 380:", maxwell::quantum(market, {build, 300, slice_us}));
    market.update_price(0);

    // The database blocks (0 units), the backup's process ends: its slot may go to somebody else, its late bids may not.
    show("the database blocks:", maxwell::quantum(market, {database, 0, 0}));
    market.retire(backup);
    agents.release(backup);
    std::printf("a late bid of the backup is stale: %s\n",
                market.insert({backup, 30, slice_us}) == maxwell::status::stale_agent ? "yes" : "no");

    // Many bids at once; one that needs less keeps its place before an equal one; and a look at all of them.
    const maxwell::bid arrivals[] = {{database, 500, slice_us}, {build, 500, slice_us}};
    maxwell::insert_all(market, arrivals);
    market.set_units(database, slice_us / 2);
    for (const maxwell::bid b : maxwell::live_bids(market))
        std::printf("agent %u waits for %u us\n", maxwell::slot_of(b.agent), b.units);
    show("half a slice is enough:", {maxwell::status::ok, market.extract_max()});
}
