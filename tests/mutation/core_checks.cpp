// SPDX-License-Identifier: MIT
//
// What finds a fault in core/ within a blink: registries, histograms, bitmaps, rotations and units against sets and sorted lists.

#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/core/rotation.hpp>
#include <maxwell/core/units.hpp>

#include <algorithm>
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

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        untouched_objects_are_zero,
        temperatures_saturate,
        a_registry_goes_on_where_it_was_lost,
        percentiles_are_those_of_the_sorted_values,
        sets_have_their_members<2>,
        sets_have_their_members<64>,
        sets_have_their_members<65>,
        sets_have_their_members<4096>,
        sets_have_their_members<4097>,
        sets_have_their_members<262145>,
    });
}
