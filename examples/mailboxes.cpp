// SPDX-License-Identifier: MIT
//
// Producers in threads of their own bid for their agents by mailboxes: a submission is three plain stores and waits for nobody.
// The host drains all of them once a quantum. One agent moves from one producer to another, and its bid stays in the auction.

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/sharded_ring.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace {

constexpr std::uint32_t producers = 2;
constexpr std::uint32_t agents_each = 3;
constexpr std::uint32_t quanta = 10'000;

using all_mailboxes = maxwell::sharded_ring<maxwell::mailbox<>, producers>;

/// Bids for its agents until it is told to stop. The writer is this thread's own memory.
void produce(maxwell::mailbox_cells<>& cells, std::uint32_t first_worth, std::atomic<bool> const& stop) {
    maxwell::mailbox_writer<> writer;
    for (std::uint32_t n = 0; !stop; ++n) {
        const std::uint32_t cell = n % agents_each;
        writer.submit(cells, cell, first_worth + 100 * cell, 500);
        std::this_thread::yield();
    }
}

}  // namespace

int main() {
    const auto bids = std::make_unique<all_mailboxes>();
    for (std::uint32_t slot = 0; slot < producers * agents_each; ++slot)
        bids->shard(slot / agents_each).admit(slot % agents_each, slot);

    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (std::uint32_t p = 0; p < producers; ++p)
        threads.emplace_back(produce, std::ref(bids->shard(p).cells()), 1000 * (p + 1), std::cref(stop));

    maxwell::stratified_buckets<64> market;
    std::uint32_t sold = 0, above_the_bid = 0;
    while (sold < quanta) {
        bids->drain([&market](maxwell::bid const& b) { market.insert(b); }, 64);
        const auto won = market.extract_max();
        if (!won) std::this_thread::yield();  // nobody has bid since the last sale
        if (won && won->payment > won->winner.amount) ++above_the_bid;
        sold += won ? 1 : 0;
    }
    stop = true;
    for (auto& thread : threads) thread.join();

    // Agent 0 moves to producer 1. Its bid stays in the auction; what producer 0 still submits for it is not read.
    bids->drain([&market](maxwell::bid const& b) { market.insert(b); }, 64);
    const bool was_in = market.find(0).has_value();
    const bool moved = bids->shard(0).retire(0, 0) == maxwell::status::ok &&
                       bids->shard(1).admit(agents_each, 0) == maxwell::status::ok;
    maxwell::mailbox_writer<> one, other;  // the threads have ended: these go on where they did
    one.resume(bids->shard(0).cells());
    other.resume(bids->shard(1).cells());
    one.submit(bids->shard(0).cells(), 0, 1, 500);
    other.submit(bids->shard(1).cells(), agents_each, 9000, 500);
    bids->drain([&market](maxwell::bid const& b) { market.insert(b); }, 64);
    const auto top = market.extract_max();
    std::printf("%u quanta sold, %u above the winner's bid; agent 0 %s, has moved, and wins: %s; anomalies: %llu\n",
                sold, above_the_bid, was_in ? "kept its bid" : "had won",
                moved && top && top->winner.agent == 0 ? "yes" : "no",
                static_cast<unsigned long long>(bids->anomalies()));
    return moved && top && top->winner.agent == 0 ? 0 : 1;
}
