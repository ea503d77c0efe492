// SPDX-License-Identifier: MIT
//
// In a second or two, whatever finds a fault in mailboxes. It passes with the library as it is, and must fail with every mutant
// of it in mailbox.txt.

#include "mutation/check.hpp"
#include "support/access_trap.hpp"
#include "support/dice.hpp"
#include "support/mailbox_lockstep.hpp"

#include <maxwell/ring/mailbox.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

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

/// A mailbox whose numbers begin the second page: the host comes there from the letters, and back, once a look.
struct disturbed_mailbox {
    access_trap memory;
    mailbox_cells<>& box = memory.place<mailbox_cells<>>(number_at);
    mailbox_reader<> reader;
    mailbox_writer<> writer;
    bid got{};
    std::uint32_t amount = 0;

    void submit(std::uint32_t times) {
        for (; times > 0; --times) writer.submit(box, 0, ++amount, 1);
    }
    /// With `times` submissions before the host reads the letter in each of the first looks.
    template <class Call>
    void with_submissions(std::uint32_t times, std::uint32_t looks, Call call) {
        auto producer = [&](int page) {
            if (page == 1) return true;
            if (looks-- == 0) return false;
            submit(times);
            return true;
        };
        memory.on_each_change_of_page(1, producer);
        call();
        memory.disarm();
    }
    std::size_t drain() {
        return reader.drain(
            box, [this](bid const& b) { got = b; }, 64);
    }
    bool newest_is_given() { return got == bid{0, amount, 1}; }
};

/// Four looks, if the producer is too fast for the first three; then the cell is left to the next drain.
char const* a_drain_tries_four_times() {
    for (std::uint32_t disturbed = 0; disturbed <= 4; ++disturbed) {
        disturbed_mailbox m;
        m.reader.admit(m.box, 0, 0);
        m.submit(300);
        std::size_t given = 0;
        m.with_submissions(255, disturbed, [&] { given = m.drain(); });
        REQUIRE(given == (disturbed < 4 ? 1u : 0u) && m.reader.pending(m.box) == (disturbed > 0));
        REQUIRE(given == 0 || m.newest_is_given());
        REQUIRE(m.drain() == 1 - given && m.newest_is_given() && m.drain() == 0 && m.reader.anomalies() == 0);
    }
    return nullptr;
}

/// An agent is admitted while the producer submits too fast for each look: what is submitted afterwards is its own, once.
char const* an_agent_is_admitted_while_its_producer_submits() {
    for (std::uint32_t disturbed = 0; disturbed <= 4; ++disturbed) {
        disturbed_mailbox m;
        m.submit(7);
        m.with_submissions(255, disturbed, [&] { m.reader.admit(m.box, 0, 0); });
        REQUIRE(m.drain() == 0 && m.drain() == 0);
        m.submit(1);
        REQUIRE(m.drain() == 1 && m.newest_is_given() && m.drain() == 0 && m.reader.anomalies() == 0);
    }
    return nullptr;
}

/// The producer is between number and letter when the host reads the number. From the letter to the second number it completes that
/// submission and so many more: the letter's own number is known up to 254 in all.
char const* a_letters_number_is_known_for_254_submissions() {
    for (const std::uint32_t ahead : {1u, 253u, 254u, 255u, 256u}) {
        disturbed_mailbox m;
        m.reader.admit(m.box, 0, 0);
        m.submit(300);
        REQUIRE(m.drain() == 1 && m.newest_is_given());
        auto* const words = reinterpret_cast<std::uint64_t*>(&m.box);
        words[number_at / 8] += 1;
        words[0] += 1000;  // so that it asks for numbers
        int changes = 0;
        auto producer = [&](int) {
            if (++changes < 3) return true;
            m.submit(ahead + 1);
            return false;
        };
        m.memory.on_each_change_of_page(1, producer);
        const std::size_t given = m.drain();
        m.memory.disarm();
        REQUIRE(changes == 3 && given == (ahead <= 254 ? 0u : 1u) && m.newest_is_given() == (ahead > 254));
        words[0] += 1000;
        REQUIRE(m.drain() == 1 - given && m.newest_is_given() && m.reader.anomalies() == 0);
    }
    return nullptr;
}

/// A number two ahead of its letter is one that no producer writes, also if the letter is the one read last.
char const* a_number_is_one_ahead_of_its_letter_at_most() {
    for (const std::uint64_t ahead : {1u, 2u}) {
        mailbox<> box;
        mailbox_writer<> writer;
        box.admit(0, 0);
        writer.submit(box.cells(), 0, 5, 1);
        REQUIRE(box.drain(ignore_bids{}, 64) == 1);
        word_of(box, number_at) += ahead;
        word_of(box, 0) += 1000;
        REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == (ahead == 1 ? 0 : 1));
    }
    return nullptr;
}

/// A host that crashes while it gives a cell to another agent has retired the old one and not admitted the new one.
char const* a_crashed_host_has_not_admitted() {
    access_trap memory;
    constexpr std::size_t agents_at = sizeof(mailbox_reader<>) - 64 * sizeof(agent_id);
    auto& reader = memory.place<mailbox_reader<>>(agents_at);
    const mailbox_cells<> box;
    reader.admit(box, 3, 7);
    bool held = true;
    auto crash = [&](int) {
        held = reader.holds(3, 7) || reader.holds(3, 8);
        return false;
    };
    memory.on_each_change_of_page(1, crash);
    reader.admit(box, 3, 8);
    memory.disarm();
    REQUIRE(!held && reader.holds(3, 8));
    reader.quarantine();
    REQUIRE(reader.quarantined());
    return nullptr;
}

/// The order of a drain, from its statement, near and far.
char const* a_drain_reads_in_the_order_stated() {
    mailbox<> box;
    mailbox_writer<> writer;
    dice random(12);
    for (std::uint32_t cell = 0; cell < 64; ++cell) box.admit(cell, cell);
    for (std::uint32_t n = 0; n < 300; ++n) {
        const std::uint32_t turn = (n * 2654435769u) >> 26;
        std::vector<std::uint32_t> due, read;
        const std::uint32_t some = random.below(63) + 1;
        for (std::uint32_t cell = 0; cell < 64; ++cell) {
            if (cell != some && random.below(some) != 0) continue;
            writer.submit(box.cells(), cell, n, 1);
            due.push_back(cell);
        }
        if (n % 3 == 0) {
            box.rescan();  // all that have ever bid, and by then these are all
            due.clear();
            for (std::uint32_t cell = 0; cell < 64; ++cell) due.push_back(cell);
        }
        std::sort(due.begin(), due.end(), [turn](std::uint32_t s, std::uint32_t t) { return (s ^ turn) < (t ^ turn); });
        box.drain([&](bid const& b) { read.push_back(slot_of(b.agent)); }, 64);
        REQUIRE(n < 30 ? read.size() <= due.size() : read == due);
    }
    return nullptr;
}

/// After a rescan looks are near again, and what a far look has taken is not an anomaly for the next near one.
char const* far_looks_end() {
    mailbox<> box;
    mailbox_writer<> writer;
    box.admit(0, 0);
    writer.submit(box.cells(), 0, 5, 1);
    REQUIRE(box.drain(ignore_bids{}, 64) == 1);
    box.rescan();
    REQUIRE(box.drain(ignore_bids{}, 64) == 1);
    word_of(box, cell_at) += 1;  // without its number: a near look counts that
    word_of(box, 0) += 1;
    REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == 1);
    word_of(box, cell_at) += 1;
    word_of(box, 0) += 1000;  // and a far one does not
    REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == 1);
    word_of(box, 0) += 1;
    REQUIRE(box.drain(ignore_bids{}, 64) == 0 && box.anomalies() == 1 && !box.pending());
    return nullptr;
}

char const* untouched_objects_are_zero() {
    REQUIRE(begins_as_zero<mailbox_cells<>>() && begins_as_zero<mailbox_writer<>>());
    REQUIRE(begins_as_zero<mailbox_reader<>>() && begins_as_zero<mailbox<>>());
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
        a_drain_tries_four_times,
        an_agent_is_admitted_while_its_producer_submits,
        a_letters_number_is_known_for_254_submissions,
        far_looks_end,
        a_number_is_one_ahead_of_its_letter_at_most,
        a_crashed_host_has_not_admitted,
        a_drain_reads_in_the_order_stated,
        untouched_objects_are_zero,
    });
}
