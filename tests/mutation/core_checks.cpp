// SPDX-License-Identifier: MIT
//
// What finds a fault in core/ within a blink: registries, histograms, bitmaps, rotations and units against sets and sorted lists.

#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/keyed_hash.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/core/published.hpp>
#include <maxwell/core/rotation.hpp>
#include <maxwell/core/units.hpp>
#include <maxwell/core/view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

namespace maxwell::test {
namespace {

char const* untouched_objects_are_zero() {
    REQUIRE(begins_as_zero<agent_registry<100>>() && begins_as_zero<rotation<100>>() &&
            begins_as_zero<latency_histogram<3>>());
    REQUIRE(begins_as_zero<milli_celsius>() && begins_as_zero<milli_kelvin>() && begins_as_zero<milliwatts>());
    return nullptr;
}

char const* temperatures_saturate() {
    for (const std::int64_t mk :
         {INT64_MIN, std::int64_t{INT32_MIN} - 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{273'151},
          INT32_MIN + std::int64_t{273'150}, INT32_MIN + std::int64_t{273'149}, std::int64_t{INT32_MAX},
          INT32_MAX + std::int64_t{273'150}, INT32_MAX + std::int64_t{273'151}, INT64_MAX}) {
        const double mc = std::clamp(static_cast<double>(mk) - 273'150, double{INT32_MIN}, double{INT32_MAX});
        REQUIRE(to_celsius(milli_kelvin(mk)).value == mc);
    }
    REQUIRE(to_kelvin(milli_celsius(INT32_MAX)).value == INT32_MAX + std::int64_t{273'150});
    return nullptr;
}

char const* a_registry_goes_on_where_it_was_lost() {
    agent_registry<8> r;
    REQUIRE(r.restore(make_agent_id(2, 5), true) == status::ok && r.restore(make_agent_id(4, 7), false) == status::ok);
    REQUIRE(r.restore(make_agent_id(4, 7), true) == status::unknown_agent &&
            r.restore(8, true) == status::unknown_agent);
    REQUIRE(r.is_live(make_agent_id(2, 5)) && !r.is_live(make_agent_id(4, 7)) && r.check_invariants());
    const agent_id next[] = {make_agent_id(0, 0), make_agent_id(1, 0), make_agent_id(3, 0), make_agent_id(4, 8),
                             make_agent_id(5, 0), make_agent_id(6, 0), make_agent_id(7, 0)};
    for (const agent_id id : next) REQUIRE(r.acquire() == id);
    REQUIRE(!r.acquire() && r.check_invariants());
    REQUIRE(r.release(make_agent_id(4, 7)) == status::stale_agent &&
            r.release(make_agent_id(4, 9)) == status::unknown_agent);
    REQUIRE(r.release(make_agent_id(2, 5)) == status::ok && r.release(make_agent_id(2, 5)) == status::stale_agent);
    REQUIRE(r.release(make_agent_id(2, 6)) == status::unknown_agent && r.acquire() == make_agent_id(2, 6));
    agent_registry<2> last;
    REQUIRE(last.restore(make_agent_id(0, ~0u), true) == status::ok &&
            last.release(make_agent_id(0, ~0u)) == status::ok);
    REQUIRE(last.release(make_agent_id(0, ~0u)) == status::stale_agent && last.acquire() == 1 && !last.acquire());
    REQUIRE(last.release(8) == status::unknown_agent && last.check_invariants());
    return nullptr;
}

char const* percentiles_are_those_of_the_sorted_values() {
    dice d(5);
    for (const std::size_t count : {1u, 2u, 7u, 100u, 1'001u}) {
        latency_histogram<3> all, half;
        std::vector<std::uint64_t> values;
        std::uint64_t sum = 0;
        for (std::size_t n = 0; n < count; ++n) {
            const std::uint64_t value = count == 7 ? d.below(2) : std::uint64_t{d()} << d.below(3) >> d.below(34);
            (n % 2 == 0 ? all : half).record(value);
            values.push_back(value);
            sum += value;
        }
        all.merge(half);
        std::sort(values.begin(), values.end());
        REQUIRE(all.count() == count && all.sum() == sum && all.maximum() == values.back() && all.check_invariants());
        for (const std::uint32_t parts :
             {0u, 1u, 1'000u, 250'000u, 500'000u, 500'001u, 999'000u, 999'999u, 1'000'000u, ~0u}) {
            const std::uint64_t whole = std::min<std::uint64_t>(parts, 1'000'000) * count;
            const std::uint64_t rank = std::max<std::uint64_t>(1, whole / 1'000'000 + (whole % 1'000'000 != 0 ? 1 : 0));
            const std::uint64_t exact = values[rank - 1], found = all.percentile(parts);
            REQUIRE(found >= exact && found <= values.back() && (exact >= 16 || found == exact));
            REQUIRE(exact > ~0u || found <= exact + exact / 8 || found == values.back());
        }
    }
    REQUIRE(latency_histogram<3>{}.percentile(500'000) == 0);
    return nullptr;
}

template <std::size_t Size>
char const* sets_have_their_members() {
    const auto bitmap = std::make_unique<hierarchical_bitmap<Size>>();
    const auto turns = std::make_unique<rotation<Size>>();
    std::set<std::uint32_t> members;
    std::uint32_t hand = 0;
    dice d(Size);
    REQUIRE(turns->next() == Size && turns->empty());
    for (int n = 0; n < 6'000; ++n) {
        const std::uint32_t i = d.below(2) == 0   ? d.below(Size)
                                : d.below(2) == 0 ? Size - 1 - d.below(std::min<std::uint32_t>(Size, 3))
                                                  : d.below(std::min<std::uint32_t>(Size, 3));
        if (n % 1'000 < 600 ? d.below(3) != 0 : d.below(4) == 0) {
            bitmap->set(i), turns->set(i), members.insert(i);
        } else {
            bitmap->clear(i), turns->clear(i), members.erase(i);
        }
        if (n % 1'000 > 900 && !members.empty()) {
            const std::uint32_t lowest = *members.begin();
            members.erase(members.begin());
            turns->clear(lowest);
            REQUIRE(bitmap->drop_lowest(lowest) == (members.empty() ? bitmap->none : *members.begin()));
        }
        REQUIRE(bitmap->contains(i) == (members.count(i) == 1) && turns->contains(i) == bitmap->contains(i));
        REQUIRE(!bitmap->contains(Size) && !bitmap->contains(~0u) && bitmap->empty() == members.empty());
        REQUIRE(members.empty() || bitmap->lowest() == *members.begin());
        const auto above = members.upper_bound(i);
        REQUIRE(bitmap->lowest_above(i) == (above == members.end() ? bitmap->none : *above));
        if (n % 3 != 0 || members.empty()) continue;
        const auto later = members.upper_bound(hand);
        hand = later == members.end() ? *members.begin() : *later;
        REQUIRE(turns->next() == hand);
    }
    REQUIRE(bitmap->check_invariants() && turns->check_invariants());
    return nullptr;
}

/// SipHash-c-d of a message, byte by byte, as its paper has it (Aumasson and Bernstein 2012, section 2).
std::uint64_t siphash(int c, int d, hash_key key, std::vector<std::uint8_t> message) {
    const auto turned = [](std::uint64_t x, int by) { return x << by | x >> (64 - by); };
    std::uint64_t v[] = {key.low ^ 0x736F6D6570736575, key.high ^ 0x646F72616E646F6D, key.low ^ 0x6C7967656E657261,
                         key.high ^ 0x7465646279746573};
    const auto half = [&](int a, int b, int by) { v[a] += v[b], v[b] = turned(v[b], by) ^ v[a]; };
    const auto round = [&] {
        half(0, 1, 13), half(2, 3, 16), v[0] = turned(v[0], 32);
        half(2, 1, 17), half(0, 3, 21), v[2] = turned(v[2], 32);
    };
    const auto length = static_cast<std::uint8_t>(message.size());
    message.resize(message.size() / 8 * 8 + 8);
    message.back() = length;
    for (std::size_t at = 0; at < message.size(); at += 8) {
        std::uint64_t word = 0;
        for (std::size_t i = 8; i-- > 0;) word = word << 8 | message[at + i];
        v[3] ^= word;
        for (int i = 0; i < c; ++i) round();
        v[0] ^= word;
    }
    v[2] ^= 0xFF;
    for (int i = 0; i < d; ++i) round();
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

char const* hashes_are_those_of_the_paper() {
    dice d(7);
    for (int n = 0; n < 500; ++n) {
        const auto any = [&] { return std::uint64_t{d()} << 32 | d(); };
        const hash_key key{any(), any()};
        const std::uint64_t word = any(), tail = any();
        std::vector<std::uint8_t> message;
        for (int i = 0; i < 8; ++i) message.push_back(static_cast<std::uint8_t>(word >> 8 * i));
        for (int i = 0; i < 7; ++i) message.push_back(static_cast<std::uint8_t>(tail >> 8 * i));
        REQUIRE(keyed_hash(key, word, tail) == siphash(1, 3, key, message));
        REQUIRE((keyed_hash<2, 4>(key, word, tail)) == siphash(2, 4, key, message));
    }
    return nullptr;
}

/// Never too high, and less than 2^-24 too low.
char const* logarithms_are_rounded_down() {
    dice d(8);
    for (std::uint32_t n = 0; n < 4'000; ++n) {
        const std::uint64_t power = std::uint64_t{1} << n % 64;
        const std::uint64_t value = n < 64     ? power
                                    : n < 128  ? power - 1 + 2 * (n % 64 == 0)
                                    : n < 2000 ? n
                                               : ((std::uint64_t{d()} << 32 | d()) >> n % 64) + 1;
        const long double exact = std::log(static_cast<long double>(value)) * (1 << 26);
        const auto found = static_cast<long double>(ln_q26(value));
        REQUIRE(found <= exact + 1e-3L && exact < found + 4);
    }
    return nullptr;
}

template <class Cells, class Value>
char const* cells_tile_the_line() {
    for (std::uint32_t cell = 0; cell < Cells::count; ++cell) {
        const Value low = Cells::lower_edge(cell), high = Cells::upper_edge(cell);
        REQUIRE(Cells::index(low) == cell && Cells::index(high) == cell && low <= high);
        REQUIRE(cell + 1 == Cells::count ? high == static_cast<Value>(~Value{0})
                                         : Cells::lower_edge(cell + 1) == high + 1);
    }
    REQUIRE(Cells::lower_edge(0) == 0);
    return nullptr;
}

/// A reader that is looked at from within: what it holds is not written, and the newest is read.
char const* a_copy_that_is_read_is_not_written() {
    published<std::uint64_t> p;
    const auto newest = [&] {
        std::uint64_t seen = 0;
        return p.read([&](std::uint64_t const& v) { seen = v; }) ? seen : 0;
    };
    REQUIRE(newest() == 0 && p.publish(1) && newest() == 1 && p.publish(2) && newest() == 2);
    char const* why = "nobody looked";
    p.read([&](std::uint64_t const& first) {
        why = [&]() -> char const* {
            for (std::uint64_t n = 3; n < 9; ++n) REQUIRE(p.publish(n) && newest() == n && first == 2);
            char const* inner = "nobody looked";
            p.read([&](std::uint64_t const& second) {
                inner = p.publish(9) && !p.publish(10) && !p.publish(11) && newest() == 9 && first == 2 && second == 8
                            ? nullptr
                            : "a copy that is read was written";
            });
            return inner;
        }();
    });
    if (why != nullptr) return why;
    for (std::uint64_t n = 20; n < 30; ++n) REQUIRE(p.publish(n) && newest() == n);
    return nullptr;
}

char const* small_words_keep_their_width() {
    REQUIRE((award{{1, 2, ~0u}, ~0u}.total()) == std::uint64_t{~0u} * ~0u && (award{{1, 9, 3}, 7}.total()) == 21);
    REQUIRE(slot_of(make_agent_id(7, 9)) == 7 && generation_of(make_agent_id(7, 9)) == 9 &&
            make_agent_id(~0u, 1) >> 32 == 1);
    int of[] = {1, 2, 3};
    const view<int> all{of};
    for (std::size_t n = 0; n < 5; ++n)
        REQUIRE(all.first(n).size() == std::min<std::size_t>(n, 3) && all.first(n).data() == of);
    REQUIRE(all.end() - all.begin() == 3 && !all.empty() && view<int>{}.empty() &&
            view<int>{}.begin() == view<int>{}.end());
    agent_registry<2> r;
    REQUIRE(!r.is_live(0) && r.release(0) == status::unknown_agent && r.acquire() == 0 && r.is_live(0) &&
            !r.is_live(1) && !r.is_live(2));
    REQUIRE(r.release(1) == status::unknown_agent && r.acquire() == 1 && !r.is_live(2) &&
            r.release(2) == status::unknown_agent && r.size() == 2);
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        untouched_objects_are_zero,
        temperatures_saturate,
        a_registry_goes_on_where_it_was_lost,
        percentiles_are_those_of_the_sorted_values,
        hashes_are_those_of_the_paper,
        logarithms_are_rounded_down,
        cells_tile_the_line<maxwell::log_linear<0>, std::uint32_t>,
        cells_tile_the_line<maxwell::log_linear<3>, std::uint32_t>,
        cells_tile_the_line<maxwell::log_linear<5, std::uint64_t>, std::uint64_t>,
        a_copy_that_is_read_is_not_written,
        small_words_keep_their_width,
        sets_have_their_members<2>,
        sets_have_their_members<64>,
        sets_have_their_members<65>,
        sets_have_their_members<4096>,
        sets_have_their_members<4097>,
        sets_have_their_members<262145>,
    });
}
