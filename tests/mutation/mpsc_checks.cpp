// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in rings for many producers. It passes with the library as it is,
// and must fail with every mutant of it in mpsc.txt.

#include "mutation/check.hpp"
#include "support/access_trap.hpp"
#include "support/mpsc_lockstep.hpp"

#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/sharded_ring.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace maxwell::test {
namespace {

char const* halves_are_abandoned_in_two_steps() {
    halved_cell cell;
    REQUIRE(cell.abandon(1));
    const std::uint64_t open = 0;
    std::memcpy(static_cast<void*>(&cell), &open, sizeof(open));  // as if the consumer had died in between
    maxwell_wire_bid found{};
    REQUIRE(cell.read(1, found) == cell_state::abandoned);
    halved_cell whole;
    REQUIRE(whole.abandon(1) && std::memcmp(static_cast<void*>(&cell), static_cast<void*>(&whole), sizeof(cell)) == 0);
    REQUIRE(cell.commit(2, {1, 2, 3, 0}));
    return nullptr;
}

/// An abandoned cell holds its mark and the lap, in both layouts.
char const* an_abandoned_cell_holds_nothing_else() {
    whole_cell whole(6);
    halved_cell halves(6);
    REQUIRE(whole.abandon(7) && halves.abandon(7));
    const maxwell_wire_bid marked{0, 0, MAXWELL_WIRE_SLOTS, 7};
    const std::uint64_t marked_halves[] = {std::uint64_t{7} << 48, std::uint64_t{7} << 48 | std::uint64_t{0xFF} << 32};
    REQUIRE(std::memcmp(static_cast<void*>(&whole), &marked, sizeof(marked)) == 0);
    REQUIRE(std::memcmp(static_cast<void*>(&halves), marked_halves, sizeof(marked_halves)) == 0);
    return nullptr;
}

/// A cell whose lap is given is the same as one that has come there, but for the bid in it.
template <class Cell>
char const* a_cell_begins_closed() {
    const Cell zero, first(0);
    REQUIRE(std::memcmp(static_cast<void const*>(&zero), static_cast<void const*>(&first), sizeof(Cell)) == 0);
    Cell cell(6);
    maxwell_wire_bid found{};
    REQUIRE(cell.read(7, found) == cell_state::open && cell.read(8, found) == cell_state::foreign);
    REQUIRE(cell.commit(7, {1, 2, 3, 0}) && cell.read(7, found) == cell_state::bid && found.amount == 1);
    return nullptr;
}

char const* producers_are_limited() {
    mpsc_ring<2, 8, 1, 1> ring;
    for (std::uint32_t i = 0; i < 8; ++i) ring.admit(i);
    REQUIRE(!ring.try_push(0, {0, 1, 1}));
    REQUIRE(ring.attach() == 0u && !ring.attach());
    REQUIRE(ring.try_push(0, {1, 1, 1}) && ring.try_push(0, {2, 2, 2}));
    REQUIRE(!ring.try_push(0, {3, 3, 3}) && ring.detach(0) && !ring.detach(0) && ring.attach() == 0u);
    return nullptr;
}

char const* strangers_are_dropped() {
    mpsc_ring<8> ring;
    ring.attach();
    const agent_id older = make_agent_id(1, 7);
    const agent_id newer = make_agent_id(1, 8);
    ring.admit(older);
    for (const agent_id id : {newer, newer, newer, older}) REQUIRE(ring.try_push(0, {id, 1, 1}));
    REQUIRE(ring.drain(ignore_bids{}, 3) == 0 && ring.anomalies() == 3);
    REQUIRE(ring.drain(ignore_bids{}, 3) == 1 && ring.anomalies() == 3);
    REQUIRE(ring.admit(newer) == status::ok && ring.admit(older) == status::stale_agent && ring.holds(newer));
    REQUIRE(ring.retire(newer) == status::ok);
    REQUIRE(ring.try_push(0, {newer, 1, 1}) && ring.drain(ignore_bids{}, 3) == 0);
    return nullptr;
}

/// Content of a lap that can't be: each drain that meets it counts it, until it is abandoned.
template <class Cell>
char const* corrupt_cells_are_counted() {
    mpsc_ring<3, 8, 1, 4, Cell> ring;
    ring.attach();
    const Cell foreign(77);
    constexpr std::size_t cells = 4 * sizeof(Cell);  // a line, the last one
    static_assert(cells == 64);
    std::memcpy(reinterpret_cast<unsigned char*>(&ring) + sizeof(ring) - cells, static_cast<void const*>(&foreign),
                sizeof(foreign));
    ring.admit(1);
    REQUIRE(!ring.try_push(0, {1, 1, 1}) && ring.try_push(0, {1, 2, 2}));
    for (std::uint64_t drains = 1; drains <= 8; ++drains) {
        REQUIRE(ring.drain(ignore_bids{}, 9) == (drains < 8 ? 0u : 1u));
        REQUIRE(ring.anomalies() == drains && ring.abandoned() == (drains < 8 ? 0 : 1));
    }
    return nullptr;
}

/// Between a producer's look for room and its claim others push under its number, until there is no cell left.
char const* a_claim_beyond_the_last_cell_is_given_up() {
    access_trap memory;
    auto& ring = memory.place<mpsc_ring<2, 8, 1, 1>>(64);  // tail_ alone is on the first page
    ring.attach();
    for (std::uint32_t i = 0; i < 8; ++i) ring.admit(i);
    REQUIRE(ring.try_push(0, {0, 1, 1}));
    bool pushed = false;
    auto others = [&] {
        pushed = ring.try_push(0, {1, 2, 2});
        claim_and_die(ring);  // the last of three cells
    };
    memory.before_the_next_store(others);
    const bool late = ring.try_push(0, {2, 3, 3});
    memory.disarm();
    REQUIRE(pushed && !late);
    std::uint32_t got = 0;
    REQUIRE(ring.drain([&](bid const& b) { got = got * 10 + b.amount; }, 9) == 2 && got == 12);
    return nullptr;
}

/// The producer commits between the consumer's look at its cell and the attempt to abandon it.
char const* a_bid_that_is_committed_at_the_last_moment_is_read() {
    using ring_type = mpsc_ring<3, 8, 1, 1>;
    access_trap memory;
    auto& ring =
        memory.place<ring_type>(sizeof(ring_type) - 4 * sizeof(wire_cell));  // the cells are on the second page
    ring.attach();
    ring.admit(5);
    claim_and_die(ring);
    REQUIRE(ring.drain(ignore_bids{}, 9) == 0 && ring.abandoned() == 0);  // the first of two drains that meet it
    auto& cell = *reinterpret_cast<wire_cell*>(reinterpret_cast<char*>(&ring) + sizeof(ring) - 4 * sizeof(wire_cell));
    auto producer = [&](int page) {
        if (page == 0) cell.commit(1, {7, 7, maxwell_wire_who(5, 0), 0});
        return page == 1;
    };
    memory.on_each_change_of_page(1, producer);
    const std::size_t given = ring.drain(ignore_bids{}, 9);
    memory.disarm();
    REQUIRE(given == 0 && ring.abandoned() == 0);
    bid got{};
    REQUIRE(ring.drain([&](bid const& b) { got = b; }, 9) == 1 && got == (bid{5, 7, 7}) && ring.abandoned() == 0);
    return nullptr;
}

/// A producer sees the head that is there when it is attached, at any position.
char const* a_producer_begins_at_the_head() {
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0} - 8}) {
        mpsc_ring<2, 8, 1, 1> ring(first / 3 * 3);  // three cells: a lap begins
        REQUIRE(ring.admit(4) == status::ok && ring.admit(4) == status::ok && ring.holds(4));
        REQUIRE(!ring.attached(0) && ring.attach() == 0u && ring.attached(0) && !ring.attached(1));
        for (std::uint32_t n = 0; n < 3; ++n) REQUIRE(ring.try_push(0, {4, n, 1}) == (n < 2));
        REQUIRE(ring.drain(ignore_bids{}, 9) == 2 && ring.check_invariants());
        REQUIRE(!ring.try_push(1, {4, 9, 1}) && !ring.try_push(2, {4, 9, 1}));  // numbers that no producer has
        REQUIRE(ring.drain(ignore_bids{}, 9) == 0 && ring.check_invariants());
    }
    return nullptr;
}

char const* untouched_objects_are_zero() {
    REQUIRE((begins_as_zero<mpsc_ring<4>>() && begins_as_zero<agent_ring<4>>()));
    REQUIRE((begins_as_zero<sharded_ring<agent_ring<4>, 3>>()));
    return nullptr;
}

char const* a_ring_is_its_agents() {
    agent_ring<4> ring;
    REQUIRE(ring.try_push({1, 1, 1}) && ring.drain(ignore_bids{}, 9) == 0);
    ring.admit(5);
    REQUIRE(ring.drain(ignore_bids{}, 9) == 0);
    REQUIRE(ring.try_push({1, 2, 3}));
    bool right = false;
    REQUIRE(ring.drain([&](bid const& b) { right = b == bid{5, 2, 3}; }, 9) == 1 && right);
    REQUIRE(ring.try_push({1, 2, 3}));
    ring.retire();
    REQUIRE(ring.drain(ignore_bids{}, 9) == 0);
    return nullptr;
}

/// Five producers that are always busy, and budgets below and above five.
char const* shards_are_served_alike() {
    for (const std::size_t budget : {std::size_t{2}, std::size_t{7}, std::size_t{13}}) {
        sharded_ring<agent_ring<16>, 5> all;
        for (std::uint32_t i = 0; i < 5; ++i) all.shard(i).admit(i);
        std::uint32_t got[5] = {};
        for (int n = 0; n < 500; ++n) {
            for (std::uint32_t i = 0; i < 5; ++i) {
                while (all.shard(i).try_push({})) {
                }
            }
            std::size_t calls = 0;
            const auto count = [&](bid const& b) { ++got[b.agent], ++calls; };
            REQUIRE(all.drain(count, budget) == budget && calls == budget);
        }
        for (const std::uint32_t n : got) REQUIRE(n + 12 > 100 * budget && n < 100 * budget + 12);
        if (budget < 5) continue;
        all.drain(ignore_bids{}, 100);
        for (int n = 0; n < 10; ++n) {  // a flood of one delays nobody
            while (all.shard(0).try_push({})) {
            }
            REQUIRE(all.shard(3).try_push({}));
            bool seen = false;
            all.drain([&](bid const& b) { seen = seen || b.agent == 3; }, budget);
            REQUIRE(seen);
        }
    }
    return nullptr;
}

/// A shard that has so many bids and writes down what it is asked for.
struct written_down {
    static constexpr overflow_policy overflow = overflow_policy::reject;
    std::size_t waiting = 0;
    std::size_t asked[2] = {};
    std::size_t calls = 0;

    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        if (calls < 2) asked[calls] = budget;
        ++calls;
        const std::size_t given = std::min(waiting, budget);
        for (std::size_t n = 0; n < given; ++n) f(bid{});
        waiting -= given;
        return given;
    }
    std::uint64_t anomalies() const noexcept { return calls; }
};

/// Each shard is asked for its share first; then for the rest, but only if some shard has more and only while there is a rest.
char const* shards_are_asked_twice_at_most() {
    for (const std::size_t waiting : {0u, 1u, 2u, 3u, 9u}) {
        for (const std::size_t budget : {0u, 1u, 2u, 3u, 6u, 7u, 9u}) {
            sharded_ring<written_down, 3> all;
            REQUIRE(all.shards() == 3);
            all.shard(0).waiting = waiting;
            const std::size_t share = budget < 3 ? 1 : budget / 3;
            REQUIRE(all.drain(ignore_bids{}, budget) ==
                    std::min(budget, budget < 3 ? std::min(waiting, share) : waiting));
            std::size_t left = budget;
            for (std::size_t i = 0; i < 3; ++i) {
                REQUIRE(all.shard(i).calls >= (left > 0 ? 1u : 0u) && all.shard(i).calls <= 2);
                REQUIRE(all.shard(i).calls == 0 || all.shard(i).asked[0] == share);
                if (i == 0) left -= std::min(waiting, std::min(share, budget));
            }
            const bool again = budget >= 3 && waiting >= share && left > 0;
            REQUIRE((all.shard(0).calls == 2) == again && (!again || all.shard(0).asked[1] == left));
            left -= again ? std::min(waiting - share, left) : 0;
            REQUIRE((all.shard(1).calls == 2) == (again && left > 0) && all.anomalies() <= 6);
        }
    }
    return nullptr;
}

/// What is left of the budgets goes to another shard each time.
char const* the_rest_goes_round() {
    for (const std::size_t budget : {3u, 5u}) {
        sharded_ring<written_down, 2> all;
        for (std::size_t i = 0; i < 2; ++i) all.shard(i).waiting = 100;
        for (int n = 0; n < 4; ++n) REQUIRE(all.drain(ignore_bids{}, budget) == budget);
        REQUIRE(all.shard(0).waiting == 100 - 2 * budget && all.shard(1).waiting == 100 - 2 * budget);
    }
    return nullptr;
}

/// All that waits is given, wherever it waits, if the budget is as much.
char const* no_shard_is_left_out() {
    sharded_ring<agent_ring<16>, 5> all;
    for (std::uint32_t i = 0; i < 5; ++i) all.shard(i).admit(i);
    for (int round = 0; round < 4; ++round) {
        for (std::uint32_t busy = 0; busy < 5; ++busy) {
            for (const std::size_t waiting : {1u, 3u, 8u}) {
                for (std::size_t n = 0; n < waiting; ++n) REQUIRE(all.shard(busy).try_push({0, 1, 1}));
                std::size_t calls = 0;
                const auto count = [&](bid const& b) { calls += b.agent == busy ? 1 : 0; };
                REQUIRE(all.drain(count, 10) == waiting && calls == waiting);
                REQUIRE(all.drain(count, 10) == 0);
            }
        }
    }
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(all.shard(i).try_push({0, 1, 1}));
    for (int n = 0; n < 5; ++n) REQUIRE(all.drain(ignore_bids{}, 1) == 1);
    REQUIRE(all.drain(ignore_bids{}, 0) == 0 && all.anomalies() == 0);
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell;
    using namespace maxwell::test;
    return run({
        [] { return every_way_to_settle<wire_cell>(1); },
        [] { return every_way_to_settle<halved_cell>(0xFFFDu); },
        [] { return random_claims_everywhere<wire_cell>(2000); },
        [] { return random_claims_everywhere<halved_cell>(2000); },
        halves_are_abandoned_in_two_steps,
        an_abandoned_cell_holds_nothing_else,
        a_cell_begins_closed<wire_cell>,
        a_cell_begins_closed<halved_cell>,
        producers_are_limited,
        strangers_are_dropped,
        corrupt_cells_are_counted<wire_cell>,
        corrupt_cells_are_counted<halved_cell>,
        a_ring_is_its_agents,
        shards_are_served_alike,
        no_shard_is_left_out,
        shards_are_asked_twice_at_most,
        the_rest_goes_round,
        a_producer_begins_at_the_head,
        a_claim_beyond_the_last_cell_is_given_up,
        a_bid_that_is_committed_at_the_last_moment_is_read,
        untouched_objects_are_zero,
    });
}
