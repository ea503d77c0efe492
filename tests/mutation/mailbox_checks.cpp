// SPDX-License-Identifier: MIT
//
// In a second or two, whatever finds a fault in mailboxes. It passes with the library as it is, and must fail with every mutant
// of it in mailbox.txt.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/mailbox_lockstep.hpp"

#include <maxwell/ring/mailbox.hpp>

#include <cstdint>
#include <cstring>

namespace maxwell::test {
namespace {

template <std::uint64_t Lap>
char const* a_mailbox_does_what_the_reference_does(std::uint32_t cells, int steps) {
    dice random(Lap + cells);
    mailbox_lockstep<Lap> both;
    for (int n = 0; n < steps; ++n) {
        if (char const* why = both.step(random.below(9), random.below(cells), random())) return why;
    }
    return nullptr;
}

template <class Box>
std::uint64_t& word_of(Box& box, std::size_t byte) {
    return *reinterpret_cast<std::uint64_t*>(reinterpret_cast<unsigned char*>(&box.cells()) + byte);
}

constexpr std::size_t cell_at = 64;
constexpr std::size_t number_at = 576;

/// What a producer leaves that crashes after each of its three stores.
char const* a_crashed_producer_leaves_all_or_nothing() {
    for (int stores = 0; stores <= 3; ++stores) {
        mailbox<> box;
        mailbox_writer<> before;
        box.admit(0, 0);
        box.admit(1, 1);
        before.submit(box.cells(), 0, 5, 1);
        REQUIRE(box.drain(ignore_bids{}, 64) == 1);
        const std::uint64_t letter = word_of(box, cell_at);
        before.submit(box.cells(), 0, 6, 2);
        if (stores < 3) word_of(box, 0) = 1;
        if (stores < 2) word_of(box, cell_at) = letter;
        if (stores < 1) word_of(box, number_at) = 1;
        mailbox_writer<> after;
        after.resume(box.cells());
        bid got{};
        const auto get = [&](bid const& b) { got = b; };
        REQUIRE(box.drain(get, 64) == (stores < 2 ? 0u : 1u));
        REQUIRE(stores < 2 || got == (bid{0, 6, 2}));
        after.submit(box.cells(), 0, 7, 3);
        REQUIRE(box.drain(get, 64) == 1 && got == (bid{0, 7, 3}) && box.anomalies() == 0);
    }
    return nullptr;
}

/// Two producers in turn crash between number and letter; the host that looks then has to ask for numbers.
char const* a_crashed_submission_has_not_happened() {
    mailbox<> box;
    mailbox_writer<> before;
    box.admit(0, 0);
    before.submit(box.cells(), 0, 5, 1);
    REQUIRE(box.drain(ignore_bids{}, 64) == 1);
    const std::uint64_t letter = word_of(box, cell_at);
    for (int crash = 0; crash < 2; ++crash) {
        mailbox_writer<> producer;
        producer.resume(box.cells());
        producer.submit(box.cells(), 0, 6, 2);
        word_of(box, cell_at) = letter;
    }
    word_of(box, 0) += 1000;
    REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == 0);
    return nullptr;
}

char const* corrupt_writes_are_counted_and_bounded() {
    mailbox<> box;
    for (std::uint32_t cell = 0; cell < 63; ++cell) box.admit(cell, cell);  // 63 is nobody's
    // Letters without a number: far, since the count is a lie, too.
    for (std::uint32_t cell = 0; cell < 64; ++cell) word_of(box, cell_at + 8 * cell) = std::uint64_t{7} << 56 | 1;
    word_of(box, 0) = 1'000'000;
    REQUIRE(box.drain(ignore_bids{}, 10) == 0 && box.anomalies() == 10);
    REQUIRE(box.drain(ignore_bids{}, 1000) == 0 && box.anomalies() == 73 && !box.pending());
    // Letters that change without their sequence: near.
    for (std::uint32_t cell = 0; cell < 64; ++cell) word_of(box, cell_at + 8 * cell) = 99;
    word_of(box, 0) += 1;
    REQUIRE(box.drain(ignore_bids{}, 10) == 0 && box.anomalies() == 83);
    REQUIRE(box.drain(ignore_bids{}, 1000) == 0 && box.anomalies() == 136);
    return nullptr;
}

/// The host looks while the producer is between number and letter, and has to ask for numbers.
char const* a_letter_has_its_own_number() {
    mailbox<> box;
    mailbox_writer<> writer;
    box.admit(0, 0);
    writer.submit(box.cells(), 0, 5, 1);
    REQUIRE(box.drain(ignore_bids{}, 64) == 1);
    word_of(box, number_at) = 2;
    word_of(box, 0) += 1000;
    REQUIRE(box.drain(ignore_bids{}, 64) == 0);
    word_of(box, cell_at) += std::uint64_t{1} << 56;
    word_of(box, 0) += 1000;
    REQUIRE(box.drain(ignore_bids{}, 64) == 1 && box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == 0);
    return nullptr;
}

/// The agent is admitted while the producer is between number and letter: that submission is the agent's.
char const* a_submission_in_progress_is_the_new_agents() {
    mailbox<> box;
    mailbox_writer<> writer;
    writer.submit(box.cells(), 0, 5, 1);
    word_of(box, number_at) = 2;
    REQUIRE(box.admit(0, 0) == status::ok);
    word_of(box, cell_at) += std::uint64_t{1} << 56;
    word_of(box, 0) = 2;
    REQUIRE(box.drain(ignore_bids{}, 64) == 1 && box.anomalies() == 0);
    return nullptr;
}

/// A letter that has changed without its sequence is seen by near looks, not by far ones, which ask for numbers.
char const* a_look_is_near_for_254_submissions() {
    for (const std::uint64_t ahead : {1u, 254u, 255u}) {
        mailbox<> box;
        box.admit(0, 0);
        word_of(box, cell_at) = 99;
        word_of(box, 0) = ahead;
        REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == (ahead <= 254 ? 1 : 0));
    }
    return nullptr;
}

char const* no_cell_comes_first_for_ever() {
    mailbox<> box;
    mailbox_writer<> writer;
    int first[64] = {};
    for (const std::uint32_t cell : {3u, 5u, 40u}) box.admit(cell, cell);
    for (int n = 0; n < 256; ++n) {
        for (const std::uint32_t cell : {3u, 5u, 40u}) writer.submit(box.cells(), cell, cell, 1);
        bool any = false;
        bool wrong = false;
        box.drain(
            [&](bid const& b) {
                if (!any) ++first[slot_of(b.agent)];
                any = true;
                wrong = wrong || b.amount != slot_of(b.agent);
            },
            64);
        REQUIRE(any && !wrong);
    }
    REQUIRE(first[3] > 32 && first[5] > 32 && first[40] > 32);
    return nullptr;
}

/// As many cells as are no multiple of those copied at once.
char const* five_cells_are_read() {
    mailbox<256, 5> box;
    mailbox_writer<256, 5> writer;
    for (std::uint32_t cell = 0; cell < 5; ++cell) REQUIRE(box.admit(cell, cell) == status::ok);
    for (std::uint32_t round = 1; round < 40; ++round) {
        std::uint32_t due = 0, seen = 0;
        for (std::uint32_t cell = 0; cell < 5; ++cell) {
            if ((round >> cell & 1) != 0) due |= 1u << cell, writer.submit(box.cells(), cell, round, 1);
        }
        box.drain([&](bid const& b) { seen |= b.amount == round ? 1u << slot_of(b.agent) : 32; }, 64);
        REQUIRE(seen == due);
    }
    REQUIRE(box.admit(5, 5) == status::unknown_agent && box.anomalies() == 0);
    return nullptr;
}

char const* units_and_cells_are_bounded() {
    mailbox<> box;
    mailbox_writer<> writer;
    box.admit(0, 0);
    REQUIRE(writer.submit(box.cells(), 0, 1, 0x100'0000) == status::too_many_units);
    REQUIRE(writer.submit(box.cells(), 64, 1, 1) == status::unknown_agent);
    REQUIRE(box.admit(64, 1) == status::unknown_agent && box.retire(64, 1) == status::unknown_agent);
    box.quarantine();
    writer.submit(box.cells(), 0, 1, 1);
    REQUIRE(box.drain(ignore_bids{}, 64) == 0 && !box.pending());
    return nullptr;
}

/// What is refused, and that it changes nothing.
char const* a_cell_is_its_agents() {
    mailbox<> box;
    constexpr std::uint32_t beyond = mailbox_cells<>::capacity();
    REQUIRE(box.admit(beyond, 1) == status::unknown_agent && box.retire(beyond, 1) == status::unknown_agent);
    REQUIRE(box.retire(0, 0) == status::unknown_agent && !box.holds(0, 0) && !box.holds(beyond, 0));
    REQUIRE(box.admit(3, 7) == status::ok && box.holds(3, 7) && !box.holds(3, 8) && !box.holds(2, 7));
    REQUIRE(box.retire(2, 7) == status::unknown_agent && box.retire(3, 8) == status::stale_agent && box.holds(3, 7));
    REQUIRE(box.admit(3, 8) == status::ok && !box.holds(3, 7) && box.holds(3, 8));
    REQUIRE(box.retire(3, 7) == status::stale_agent && box.retire(3, 8) == status::ok && !box.holds(3, 8));
    REQUIRE(box.retire(3, 8) == status::unknown_agent);
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        [] { return a_mailbox_does_what_the_reference_does<4>(2, 20000); },
        [] { return a_mailbox_does_what_the_reference_does<4>(64, 20000); },
        [] { return a_mailbox_does_what_the_reference_does<256>(3, 5000); },
        a_crashed_producer_leaves_all_or_nothing,
        a_crashed_submission_has_not_happened,
        corrupt_writes_are_counted_and_bounded,
        a_letter_has_its_own_number,
        a_submission_in_progress_is_the_new_agents,
        a_look_is_near_for_254_submissions,
        no_cell_comes_first_for_ever,
        units_and_cells_are_bounded,
        five_cells_are_read,
        a_cell_is_its_agents,
    });
}
