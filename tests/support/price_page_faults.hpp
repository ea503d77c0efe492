// SPDX-License-Identifier: MIT
//
// The writer of a price page dies, and a reader sleeps, between any two instructions; in processes of their own. Each answers
// what went wrong, or nothing.

#pragma once

#include "dice.hpp"
#include "price_schedules.hpp"
#include "traced_process.hpp"

#include <maxwell/thermal/price_page.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#if MAXWELL_CAN_TRACE
#include <sys/mman.h>

namespace maxwell::test {

constexpr std::size_t fault_lanes = 2;
using fault_page = price_page<fault_lanes>;

/// What is answered where no process can be traced.
inline constexpr char cannot_trace[] = "ptrace is not allowed here";

/// A zeroed object in memory that children share; never given back.
template <class T>
T* shared_with_children() {
    void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : ::new (memory) T;
}

#define MAXWELL_REQUIRE(condition) \
    if (!(condition)) return #condition

/// What any reader finds is version `last` or a later one, whole.
inline char const* is_whole(fault_page const& page, std::uint64_t last) {
    price_schedule<fault_lanes> mine;
    const price_read read = page.read(mine);
    if (last == 0 && read == price_read::nothing_yet) return nullptr;
    MAXWELL_REQUIRE(read == price_read::ok);
    MAXWELL_REQUIRE(is_numbered(mine));
    MAXWELL_REQUIRE(mine.base_price() >= last);
    MAXWELL_REQUIRE(mine.base_price() == page.version());
    return nullptr;
}

/// Somebody takes the page over from a writer that is dead, and publishes twice.
inline char const* a_successor_succeeds(fault_page& page) {
    MAXWELL_REQUIRE(page.check_invariants());
    for (int n = 0; n < 2; ++n) {
        const std::uint64_t version = page.version() + 1;
        MAXWELL_REQUIRE(page.publish(numbered_schedule<fault_lanes>(static_cast<std::uint32_t>(version))));
        MAXWELL_REQUIRE(page.version() == version);
        if (char const* why = is_whole(page, version)) return why;
        MAXWELL_REQUIRE(page.check_invariants());
    }
    return nullptr;
}

/// A child that publishes `version`, held at its beginning.
inline traced_process writer_of(fault_page& page, std::uint64_t version) {
    const auto next = numbered_schedule<fault_lanes>(static_cast<std::uint32_t>(version));
    return traced_process::fork_and_run([&] {
        traced_process::stop();
        return page.publish(next) ? 0 : 1;
    });
}

/// After each instruction of three publications: what would be found if the writer were dead now?
inline char const* the_writer_dies_at_any_instruction() {
    auto* page = shared_with_children<fault_page>();
    MAXWELL_REQUIRE(page != nullptr);
    for (std::uint64_t version = 1; version <= 3; ++version) {
        traced_process writer = writer_of(*page, version);
        if (!writer) return cannot_trace;
        while (writer.step() == traced_process::at::instruction) {
            if (char const* why = is_whole(*page, version - 1)) return why;
            struct {
                alignas(64) unsigned char bytes[sizeof(fault_page)];
            } memory;
            auto& dead = *::new (memory.bytes) fault_page;
            std::memcpy(memory.bytes, page, sizeof memory);
            if (char const* why = is_whole(dead, version - 1)) return why;
            if (char const* why = a_successor_succeeds(dead)) return why;
        }
        MAXWELL_REQUIRE(writer.exit_code() == 0 && page->version() == version);
    }
    return nullptr;
}

/// The same, killed in earnest, and so are the successors.
inline char const* successors_die_too(std::size_t deaths) {
    auto* page = shared_with_children<fault_page>();
    MAXWELL_REQUIRE(page != nullptr);
    dice random(1);
    for (std::size_t death = 0; death < deaths; ++death) {
        const std::uint64_t last = page->version();
        traced_process writer = writer_of(*page, last + 1);
        if (!writer) return cannot_trace;
        std::uint32_t steps = random.below(200);
        while (steps > 0 && writer.step() == traced_process::at::instruction) --steps;
        writer.kill();
        if (char const* why = is_whole(*page, last)) return why;
        MAXWELL_REQUIRE(page->check_invariants());
    }
    return a_successor_succeeds(*page);
}

/// A reader reads for ever; after any of its instructions the writer may publish a version, or two or three, while it sleeps.
inline char const* a_reader_sleeps_at_any_instruction(std::size_t instructions) {
    struct diary {
        std::atomic<std::uint32_t> reads;  ///< how many have ended
        price_read last;
        price_schedule<fault_lanes> mine;
    };
    auto* page = shared_with_children<fault_page>();
    auto* did = shared_with_children<diary>();
    MAXWELL_REQUIRE(page != nullptr && did != nullptr);
    std::uint32_t version = 1;
    MAXWELL_REQUIRE(page->publish(numbered_schedule<fault_lanes>(version)));

    traced_process reader = traced_process::fork_and_run([&] {
        traced_process::stop();
        for (;;) {
            did->last = page->read(did->mine);
            did->reads.fetch_add(1);
        }
        return 0;
    });
    if (!reader) return cannot_trace;
    dice random(4);
    std::uint32_t reads = 0;
    std::uint32_t seen = 0;
    std::size_t ok = 0;
    for (std::size_t n = 0; n < instructions; ++n) {
        MAXWELL_REQUIRE(reader.step() == traced_process::at::instruction);
        if (const std::uint32_t now = did->reads; now != reads) {
            reads = now;
            ok += did->last == price_read::ok ? 1 : 0;
            MAXWELL_REQUIRE(did->last == price_read::ok || did->last == price_read::too_busy);
            MAXWELL_REQUIRE(ok == 0 || (is_numbered(did->mine) && did->mine.base_price() >= seen));
            seen = did->mine.base_price();
        }
        for (std::uint32_t more = random.below(300) == 0 ? 1 + random.below(3) : 0; more > 0; --more) {
            MAXWELL_REQUIRE(page->publish(numbered_schedule<fault_lanes>(++version)));
        }
    }
    MAXWELL_REQUIRE(ok > instructions / 2500);
    return nullptr;
}

#undef MAXWELL_REQUIRE

}  // namespace maxwell::test

#endif
