// SPDX-License-Identifier: MIT
//
// The killer: in a second or two, whatever finds a fault in what carries bids. It passes with the library as it is, and must
// fail with every mutant of it in ring.txt.

#include "support/queue_twin.hpp"

#include <maxwell/ring/spsc_ring.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace maxwell::test {
namespace {

#define REQUIRE(condition) \
    if (!(condition)) return #condition

/// What the producer of an spsc_ring can write to begins here: tail_, then a line later the slots.
template <class Ring>
unsigned char* producers_part(Ring& ring) {
    return reinterpret_cast<unsigned char*>(&ring) + 64;
}

char const* lies_are_counted_and_not_believed() {
    for (const std::uint64_t stamp : {std::uint64_t{2}, std::uint64_t{1000}, ~std::uint64_t{0} / 2}) {
        spsc_ring<bid, 4> ring;
        std::memcpy(producers_part(ring) + 64 + 16, &stamp, sizeof(stamp));
        REQUIRE(ring.drain(ignore_bids{}, 10) == 0 && ring.anomalies() == 1);
    }
    return nullptr;
}

char const* a_dead_producer_is_resumed() {
    spsc_ring<bid, 4> ring;
    for (std::uint32_t i = 0; i < 2; ++i) REQUIRE(ring.try_push(numbered(i)));
    const std::uint64_t before = 1;
    std::memcpy(producers_part(ring), &before, sizeof(before));  // the state between publishing and noting it
    ring.release(4);
    ring.resume();
    REQUIRE(ring.try_push(numbered(2)));
    REQUIRE(ring.try_pop() == numbered(2));
    return nullptr;
}

char const* quarantine_is_tight() {
    spsc_ring<bid, 4> ring;
    REQUIRE(ring.try_push(numbered(1)));
    ring.quarantine();
    REQUIRE(ring.drain(ignore_bids{}, 10) == 0 && !ring.peek(0) && !ring.try_pop());
    return nullptr;
}

#undef REQUIRE

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    char const* (*const checks[])() = {
        [] { return every_sequence<1>(5); },
        [] { return every_sequence<3>(5); },
        [] { return random_sequence<3>(0, 5000); },
        [] { return random_sequence<7>((std::uint64_t{1} << 32) - 50, 5000); },
        [] { return random_sequence<64>(~std::uint64_t{0} - 500, 5000); },
        lies_are_counted_and_not_believed,
        a_dead_producer_is_resumed,
        quarantine_is_tight,
    };
    for (auto const check : checks) {
        if (char const* why = check()) {
            std::printf("%s\n", why);
            return 1;
        }
    }
    return 0;
}
