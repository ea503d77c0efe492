// SPDX-License-Identifier: MIT
//
// The auction in Verilog beside stratified_buckets over the same tiers: a million random operations, every result compared.
//
//     bucket_auction_test [OPERATIONS]     1,000,000 if left out
//     bucket_auction_test --wave           one extract, clock by clock

#include "Vbucket_auction.h"
#include "verilated.h"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/sim/random.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

double sc_time_stamp() { return 0; }

namespace {

using namespace maxwell;

constexpr std::uint32_t tiers = 512;
using reference = stratified_buckets<1024, linear_tiers<0, 1, tiers>>;
enum operation : std::uint8_t { insert, expire, extract, set_reserve };
constexpr std::array<char const*, 4> names{"insert", "expire", "extract", "reserve"};

class hardware {
public:
    /// Runs an operation to its end. Returns its clocks.
    unsigned run(operation op, std::uint32_t slot, std::uint32_t tier, bool wave = false) {
        chip_->op = op;
        chip_->slot = static_cast<std::uint16_t>(slot);
        chip_->tier = static_cast<std::uint16_t>(tier);
        chip_->start = 1;
        unsigned clocks = 0;
        do {
            clock();
            chip_->start = 0;
            ++clocks;
            if (wave)
                std::printf("%5u %6u %6u %7u %8u\n", clocks, chip_->ready, chip_->found, chip_->winner, chip_->payment);
        } while (chip_->ready == 0 && clocks < 100);
        return clocks;
    }

    bool found() const { return chip_->found != 0; }
    std::uint32_t winner() const { return chip_->winner; }
    std::uint32_t payment() const { return chip_->payment; }

private:
    void clock() {
        chip_->clk = 0;
        chip_->eval();
        chip_->clk = 1;
        chip_->eval();
    }
    std::unique_ptr<Vbucket_auction> chip_ = std::make_unique<Vbucket_auction>();
};

/// One operation on both. Returns false where they differ.
bool agree(hardware& chip, reference& book, operation op, std::uint32_t slot, std::uint32_t tier) {
    switch (op) {
        case insert:
            book.insert({slot, tier, 1});
            return chip.found();
        case expire:
            return chip.found() == (book.expire(slot) == status::ok);
        case set_reserve:
            book.update_price(tier);
            return chip.found();
        case extract:
            break;
    }
    const std::optional<award> won = book.extract_max();
    if (!won) return !chip.found();
    return chip.found() && chip.winner() == slot_of(won->winner.agent) && chip.payment() == won->payment;
}

int compare(std::uint64_t operations) {
    hardware chip;
    const auto book = std::make_unique<reference>();
    sim::random_numbers random(7);
    std::array<unsigned, 4> most{};
    std::array<std::uint64_t, 4> clocks{}, count{};
    std::uint32_t agents = 1024, used = tiers, lean = 2;
    for (std::uint64_t n = 0; n < operations; ++n) {
        if (n % 5000 == 0) {  // few agents and many, one tier and all, fuller and emptier
            agents = 1u << random.below(11);
            used = 1u << random.below(10);
            lean = 1 + random.below(4);
        }
        const std::uint32_t dice = random.below(10 + lean);
        const operation op = dice < lean + 4         ? insert
                             : dice < lean + 5       ? expire
                             : random.below(40) == 0 ? set_reserve
                                                     : extract;
        const std::uint32_t slot = random.below(agents);
        const std::uint32_t tier =
            op == set_reserve ? random.below(3) == 0 ? random.below(tiers + 1) : 0 : random.below(used);
        const unsigned took = chip.run(op, slot, tier);
        if (!agree(chip, *book, op, slot, tier)) {
            std::printf("operation %llu, %s of slot %u, tier %u: they differ\n", static_cast<unsigned long long>(n),
                        names[op], slot, tier);
            return 1;
        }
        most[op] = std::max(most[op], took);
        clocks[op] += took;
        ++count[op];
    }
    std::printf("%llu operations, the same results\n%-8s %10s %8s %6s\n", static_cast<unsigned long long>(operations),
                "", "count", "clocks", "most");
    for (const operation op : {insert, expire, extract, set_reserve}) {
        std::printf("%-8s %10llu %8.2f %6u\n", names[op], static_cast<unsigned long long>(count[op]),
                    static_cast<double>(clocks[op]) / static_cast<double>(std::max<std::uint64_t>(1, count[op])),
                    most[op]);
    }
    return 0;
}

int show_wave() {
    hardware chip;
    chip.run(insert, 7, 100);
    chip.run(insert, 8, 300);
    std::printf("slot 7 bids 100, then slot 8 bids 300; extract:\nclock  ready  found  winner  payment\n");
    chip.run(extract, 0, 0, true);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::strcmp(argv[1], "--wave") == 0) return show_wave();
    return compare(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000);
}
