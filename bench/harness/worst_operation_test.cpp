// SPDX-License-Identifier: MIT
//
// No operation that crosses the wrap of the arrival counter costs more than twice what any other can cost, and none of
// lazy_heap's more than 6,000 instructions, at 10,000 live bids. Counted, not timed.
//
//     worst_operation_test [DISTRIBUTION...]      bids of all distributions, or of these

#include "harness/worst_operation.hpp"

#include "cases/structures.hpp"
#include "harness/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace maxwell::bench {
namespace {

int failures = 0;
std::span<char* const> asked_for;

template <class Entry>
void check(Entry) {
    for (std::size_t d = 0; d < distribution_names.size(); ++d) {
        const auto named = [d](std::string_view name) { return name == distribution_names[d]; };
        if (!asked_for.empty() && std::ranges::none_of(asked_for, named)) continue;
        const auto amounts = static_cast<distribution>(d);
        using container = typename Entry::template type<worst_spec::agents>;
        const worst_result worst{{&Entry::info, amounts, measure_worst<container>}, measure_worst<container>(amounts)};
        if (!worst.counted()) {
            fmt::print("skipped: single steps can't be counted here\n");
            std::exit(77);
        }
        const long across = worst_result::greatest(worst.costs.across);
        const bool ok = worst.ratio() <= 2 && across <= 6000;
        fmt::print("{:<4} {:<48} {} instructions, {:.2f} x those away from the wrap\n", ok ? "ok" : "FAIL",
                   worst.spec.name(), across, worst.ratio());
        failures += ok ? 0 : 1;
    }
}

template <class... Entries>
void check_all(structure_list<Entries...>) {
    (check(Entries{}), ...);
}

}  // namespace
}  // namespace maxwell::bench

int main(int argc, char** argv) {
    using namespace maxwell::bench;
    asked_for = {argv + 1, argv + argc};
    for (std::string_view name : asked_for) {
        if (std::ranges::find(distribution_names, name) != distribution_names.end()) continue;
        fmt::print(stderr, "there is no distribution '{}'\n", name);
        return 2;
    }
    check_all(structure_list<stratified_buckets_entry, adaptive_buckets_entry>{});
    check_all(exact_containers{});
    return failures == 0 ? 0 : 1;
}
