// SPDX-License-Identifier: MIT

#include "panels/ring/ring.hpp"
#include "panels/ring/subjects.hpp"
#include "panels/ring/tables.hpp"
#include "panels/ring/two_cores.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace maxwell::bench {
namespace {

enum : std::size_t { throughput, pair, drained };                                                   // figures::values
enum : std::size_t { without_pause, once_a_quantum, beside_a_host_that_never_rests, each_100_us };  // figures::single

constexpr std::uint32_t batch = 256;

template <class Queue>
void push_until_in(Queue& queue, std::uint32_t n) {
    while (!queue.push(0, bid_of(0, n))) {
    }
}

/// Takes out what is left.
template <class Queue>
void empty(Queue& queue) {
    while (queue.drain(ignore_bids{}, batch) != 0) {
    }
}

/// Millions of bids a second from one core to the other.
template <class Queue>
void measure_throughput(Queue& queue, two_cores cores, figures& f) {
    constexpr std::uint32_t count = 100'000;
    std::uint64_t sum = 0;
    companion consumer(cores.there, [&queue, &sum](companion::stop_flag const& stop) {
        std::size_t seen = 0;
        std::uint64_t amounts = 0;
        const auto add = [&amounts](bid const& b) { amounts += b.amount; };
        while (coalesces<Queue> ? !stop.load(std::memory_order_relaxed) : seen < count) seen += queue.drain(add, batch);
        sum = amounts;
    });
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t n = 0; n < count; ++n) push_until_in(queue, n);
    const bool disturbed = consumer.finish();
    const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start;
    if (!disturbed && (coalesces<Queue> || sum == std::uint64_t{count} * (count - 1) / 2)) {
        f.values[throughput].push_back(count / elapsed.count());
    }
    empty(queue);
}

/// Waits for `ticks`.
void wait(std::uint64_t ticks) {
    if (ticks == 0) return;
    for (const std::uint64_t start = ticks_begin(); ticks_end() - start < ticks;) {
    }
}

/// Single pushes, `gap` ticks apart, while the other core drains every `pause` ticks.
template <class Queue>
void measure_single(Queue& queue, two_cores cores, std::uint64_t gap, std::uint64_t pause, latency_histogram<>& all) {
    const auto single = std::make_unique<latency_histogram<>>();
    // `pause` by value: this thread writes to the line on which its own copy stands.
    companion consumer(cores.there, [&queue, pause](companion::stop_flag const& stop) {
        while (!stop.load(std::memory_order_relaxed)) {
            queue.drain(ignore_bids{}, batch);
            wait(pause);
        }
    });
    for (std::uint32_t n = 0; n < 3'000; ++n) {
        wait(gap);
        const std::uint64_t start = ticks_begin();
        const bool in = queue.push(0, bid_of(0, n));
        const std::uint64_t end = ticks_end();
        if (in) single->record(end - start);
    }
    if (!consumer.finish()) all.merge(*single);
    empty(queue);
}

/// A push and its drain on one core.
template <class Queue>
void measure_pair(Queue& queue, clock_facts const& clock, figures& f) {
    constexpr std::uint32_t count = 5'000;
    const auto run = [&] {
        for (std::uint32_t n = 0; n < count; ++n) {
            queue.push(0, bid_of(0, n));
            queue.drain([](bid const& b) { asm volatile("" : : "r"(b.amount)); }, 1);
        }
    };
    run();  // once round: the lines come over from the other core
    const interruption_watch interrupted;
    const std::uint64_t start = ticks_begin();
    run();
    const double ns = clock.ns(ticks_end() - start) / count;
    if (!interrupted) f.values[pair].push_back(ns);
}

/// A drain of what the other core has pushed.
template <class Queue>
void measure_drain(Queue& queue, two_cores cores, clock_facts const& clock, figures& f) {
    constexpr std::uint32_t count = 1'024;
    companion producer(cores.there, [&](companion::stop_flag const&) {
        for (std::uint32_t n = 0; n < count; ++n) push_until_in(queue, n);
    });
    producer.finish();
    const interruption_watch interrupted;
    std::uint64_t sum = 0;
    std::size_t seen = 0;
    constexpr std::size_t there = coalesces<Queue> ? 128 : count;  // bid_of has 128 agents
    const std::uint64_t start = ticks_begin();
    while (seen < there) seen += queue.drain([&](bid const& b) { sum += b.amount; }, batch);
    const double ns = clock.ns(ticks_end() - start) / there;
    const bool all = coalesces<Queue> || sum == std::uint64_t{count} * (count - 1) / 2;
    if (!interrupted && all) f.values[drained].push_back(ns);
}

template <class Queue>
contender measured(two_cores cores, clock_facts const& clock) {
    const auto queue = std::make_shared<Queue>();
    const auto quantum = static_cast<std::uint64_t>(10'000 / clock.ns_per_tick);
    return {Queue::name, Queue::ours, [queue, cores, clock, quantum](figures& f) {
                const pinned here(cores.here);
                measure_throughput(*queue, cores, f);
                measure_single(*queue, cores, 0, 0, f.single[without_pause]);
                measure_single(*queue, cores, quantum / 10, quantum, f.single[once_a_quantum]);
                measure_single(*queue, cores, quantum / 10, 0, f.single[beside_a_host_that_never_rests]);
                measure_single(*queue, cores, quantum / 10, 10 * quantum, f.single[each_100_us]);
                measure_pair(*queue, clock, f);
                measure_drain(*queue, cores, clock, f);
            }};
}

}  // namespace

panel_result push_from_one_producer(panel_context const& context) {
    const auto cores = find_two_cores();
    if (!cores) return needs_two_cores();
    clock_facts const& clock = context.clock;
    std::vector<contender> all{measured<our_spsc_ring>(*cores, clock), measured<our_agent_ring>(*cores, clock),
                               measured<our_mpsc_ring>(*cores, clock), measured<our_bid_board>(*cores, clock),
                               measured<our_mailboxes>(*cores, clock), measured<boost_spsc_queue>(*cores, clock)};
#ifdef MAXWELL_HAS_READERWRITERQUEUE
    all.push_back(measured<reader_writer_queue>(*cores, clock));
#endif
#ifdef MAXWELL_HAS_RIGTORP
    all.push_back(measured<rigtorp_spsc>(*cores, clock));
#endif
#ifdef MAXWELL_HAS_MOODYCAMEL
    all.push_back(measured<moodycamel_with_tokens>(*cores, clock));
#endif
    const auto facts =
        compare(all, *cores, context.full ? 30 : 6, [&](double share) { context.progress(share, "one producer"); });

    panel_result result;
    result.tables = tables_by_regime(all,
                                     {"queue", "M bids/s", "push, ns: p50 / p99 / p999", "one a us, drained every 10",
                                      "one a us, drained all the time", "one a us, drained every 100",
                                      "push and drain on one core, ns", "drain, ns a bid"},
                                     [&](figures const& f) {
                                         return std::vector<std::string>{
                                             fmt::format("{:.0f}", f.median(throughput)),
                                             percentiles(f.single[without_pause], clock),
                                             percentiles(f.single[once_a_quantum], clock),
                                             percentiles(f.single[beside_a_host_that_never_rests], clock),
                                             percentiles(f.single[each_100_us], clock),
                                             fmt::format("{:.1f}", f.median(pair)),
                                             fmt::format("{:.1f}", f.median(drained))};
                                     });
    for (const std::string_view peer : {"boost::lockfree::spsc_queue", "rigtorp::SPSCQueue"}) {
        result.goals.push_back(judge_ratio(
            all, "spsc_ring", peer, fmt::format("p99 of a push at most .7 of {}", peer),
            [&](figures const& f) { return percentile_ns(f.single[without_pause], 990'000, clock); }, .7, false));
        result.goals.push_back(judge_ratio(
            all, "spsc_ring", peer, fmt::format("throughput at least 1.3 of {}", peer),
            [](figures const& f) { return f.median(throughput); }, 1.3, true));
    }
    for (contender const& c : all) {
        if (!c.ours) continue;
        result.goals.push_back(judge_submission(
            c, once_a_quantum, "p99 of a push below 100 ns, near and mid: one a us, drained every 10", clock));
        result.goals.push_back(judge_submission(
            c, without_pause, "p99 of a push below 100 ns, near and mid: pushed and drained without a pause", clock));
    }
    if (contender const* const box = find(all, "mailbox")) {
        const double timer = clock.floor_ns();
        const double timer_p99 = clock.ns(clock.floor_p99_ticks);
        for (const auto& [which, host] :
             {std::pair{beside_a_host_that_never_rests, "all the time"}, std::pair{each_100_us, "every 100 us"}}) {
            result.goals.push_back(judge_percentile(
                *box, which, 500'000, timer + 15,
                fmt::format("p50 at most 15 ns above the timer's, one a us, drained {}", host), clock));
            result.goals.push_back(judge_percentile(
                *box, which, 990'000, timer_p99 + 20,
                fmt::format("p99 at most 20 ns above the timer's, one a us, drained {}", host), clock));
        }
        result.goals.push_back(judge_percentile(*box, without_pause, 990'000, 120,
                                                "p99 at most 120 ns, pushed and drained without a pause", clock));
    }
    if (const std::string why = why_no_table(all); !why.empty()) result.notes.push_back(why);
    result.notes.push_back(how_it_went(facts, clock));
    result.notes.push_back(
        "Drained without a pause, the consumer takes each line away while it is still being written to; a scheduler "
        "drains once "
        "a quantum.");
    result.notes.push_back(fmt::format(
        "Capacity {}. agent_ring carries 8 bytes, since who bids is known; bid_board and mailbox a word for each of "
        "128 agents, of which they keep the newest; all others 16.",
        ring_capacity));
    return result;
}

}  // namespace maxwell::bench
