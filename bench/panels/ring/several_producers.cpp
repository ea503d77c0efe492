// SPDX-License-Identifier: MIT

#include "panels/ring/ring.hpp"
#include "panels/ring/subjects.hpp"
#include "panels/ring/tables.hpp"
#include "panels/ring/two_cores.hpp"

#include <fmt/format.h>

#include <memory>
#include <thread>

namespace maxwell::bench {
namespace {

enum : std::size_t { contended, oversubscribed };  // figures::values and figures::single

constexpr std::uint32_t batch = 256;

template <class Queue>
void drain_all(Queue& queue) {
    while (queue.drain(ignore_bids{}, batch) != 0) {
    }
}

/// Runs work(0) here and work(1) on the other core, at the same time. False if the kernel interrupted either.
template <class Work>
bool on_both(two_cores cores, Work work) {
    std::atomic<int> ready{0};
    const auto begin = [&] {
        ready.fetch_add(1);
        while (ready.load(std::memory_order_acquire) != 2) {
        }
    };
    companion other(cores.there, [&](companion::stop_flag const&) {
        begin();
        work(1);
    });
    begin();
    work(0);
    return !other.finish();
}

/// Two cores push at once into a queue with room for all of it.
template <class Queue>
void measure_contended(Queue& queue, two_cores cores, clock_facts const& clock, figures& f) {
    constexpr std::uint32_t count = 2'000;
    std::uint64_t ticks[2] = {};
    const bool good = on_both(cores, [&](std::size_t producer) {
        const std::uint64_t start = ticks_begin();
        for (std::uint32_t n = 0; n < count; ++n) queue.push(producer, bid_of(producer, n));
        ticks[producer] = ticks_end() - start;
    });
    if (good) f.values[contended].push_back(clock.ns(ticks[0] + ticks[1]) / (2.0 * count));
    drain_all(queue);
}

/// The same, push by push.
template <class Queue>
void measure_single(Queue& queue, two_cores cores, figures& f) {
    constexpr std::uint32_t count = 2'000;
    const auto h = std::make_unique<latency_histogram<>>();
    const bool good = on_both(cores, [&](std::size_t producer) {
        for (std::uint32_t n = 0; n < count; ++n) {
            const std::uint64_t start = ticks_begin();
            queue.push(producer, bid_of(producer, n));
            const std::uint64_t end = ticks_end();
            if (producer == 0) h->record(end - start);
        }
    });
    if (good) f.single[contended].merge(*h);
    drain_all(queue);
}

/// Eight producers and a consumer on two cores. They are preempted all the time: that is what is measured.
template <class Queue>
void measure_oversubscribed(Queue& queue, two_cores cores, figures& f) {
    constexpr std::uint32_t count = 4'000;
    std::vector<latency_histogram<>> single(most_producers);
    std::atomic<std::size_t> working{most_producers};
    std::vector<std::thread> producers;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t self = 0; self < most_producers; ++self) {
        producers.emplace_back([&, self] {
            const pinned there(self % 2 == 0 ? cores.here : cores.there);
            for (std::uint32_t n = 0; n < count;) {
                const std::uint64_t begin = ticks_begin();
                const bool in = queue.push(self, bid_of(self, n));
                const std::uint64_t end = ticks_end();
                if (in) {
                    single[self].record(end - begin);
                    ++n;
                } else {
                    std::this_thread::yield();
                }
            }
            working.fetch_sub(1);
        });
    }
    while (working.load(std::memory_order_acquire) != 0) {
        if (queue.drain(ignore_bids{}, batch) == 0) std::this_thread::yield();
    }
    drain_all(queue);
    const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start;
    for (auto& producer : producers) producer.join();
    f.values[oversubscribed].push_back(count * most_producers / elapsed.count());
    for (auto const& h : single) f.single[oversubscribed].merge(h);
}

template <class Queue>
contender measured(two_cores cores, clock_facts const& clock) {
    const auto queue = std::make_shared<Queue>();
    return {Queue::name, Queue::ours, [queue, cores, clock](figures& f) {
                const pinned here(cores.here);
                measure_contended(*queue, cores, clock, f);
                measure_single(*queue, cores, f);
                measure_oversubscribed(*queue, cores, f);
                f.values[2].push_back(0);
            }};
}

}  // namespace

panel_result push_from_several_producers(panel_context const& context) {
    const auto cores = find_two_cores();
    if (!cores) return needs_two_cores();
    clock_facts const& clock = context.clock;
    std::vector<contender> all{measured<our_sharded_ring>(*cores, clock), measured<our_mpsc_ring>(*cores, clock),
                               measured<our_bid_board>(*cores, clock), measured<our_mailboxes>(*cores, clock),
                               measured<boost_queue>(*cores, clock)};
#ifdef MAXWELL_HAS_MOODYCAMEL
    all.push_back(measured<moodycamel_with_tokens>(*cores, clock));
#endif
#ifdef MAXWELL_HAS_ATOMIC_QUEUE
    all.push_back(measured<atomic_queue_2>(*cores, clock));
#endif
    const auto facts = compare(all, *cores, context.full ? 30 : 6,
                               [&](double share) { context.progress(share, "several producers"); });

    panel_result result;
    result.tables = tables_by_regime(
        all,
        {"queue", "two cores at once, ns a push", "one of two cores, push, ns: p50 / p99 / p999",
         "eight producers, M bids/s", "one of eight, push, ns: p50 / p99 / p999"},
        [&](figures const& f) {
            return std::vector<std::string>{
                fmt::format("{:.1f}", f.median(contended)), percentiles(f.single[contended], clock),
                fmt::format("{:.1f}", f.median(oversubscribed)), percentiles(f.single[oversubscribed], clock)};
        });
    constexpr std::string_view peer = "moodycamel, with tokens";
    result.goals.push_back(judge_ratio(
        all, "sharded_ring", peer, fmt::format("a push from two cores at once at most .6 of {}", peer),
        [](figures const& f) { return f.median(contended); }, .6, false));
    for (contender const& c : all) {
        if (c.ours) {
            result.goals.push_back(judge_submission(
                c, contended, "p99 of a push while another core pushes below 100 ns, near and mid", clock));
        }
    }
    if (const std::string why = why_no_table(all); !why.empty()) result.notes.push_back(why);
    result.notes.push_back(how_it_went(facts, clock));
    result.notes.push_back(
        "Eight producers and a consumer share the two cores: what they cost is mostly that of being preempted, and of "
        "who has to "
        "wait for whom then. Board and mailboxes are no queues: of bids of one agent between two drains they keep the "
        "newest.");
    return result;
}

}  // namespace maxwell::bench
