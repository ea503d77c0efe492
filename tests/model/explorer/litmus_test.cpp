// SPDX-License-Identifier: MIT
//
// The explorer itself, on the classic litmus tests: exactly the outcomes that the C++ memory model allows, for each
// order.

#include "explorer.hpp"

#include <maxwell/core/atomic.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

namespace maxwell::model {
namespace {

constexpr memory_order rlx = memory_order::relaxed, acq = memory_order::acquire, rel = memory_order::release,
                       acq_rel_ = memory_order::acq_rel, sc = memory_order::seq_cst;

struct words {
    atomic<std::uint32_t> x, y;
    std::uint32_t data;
};
zeroed<words> m;
std::array<std::uint32_t, 4> r;

using outcomes = std::set<std::string>;
using threads = std::vector<std::function<void()>>;

program of(threads t, outcomes* seen, std::size_t registers) {
    return {"litmus", m.bytes(), std::move(t), [] { r = {}; },
            [=] {
                std::string o;
                for (std::size_t i = 0; i < registers; ++i) o += static_cast<char>('0' + r[i]);
                seen->insert(o);
            }};
}

/// Every outcome in the first `registers` of r.
outcomes all_of(std::size_t registers, threads t) {
    outcomes seen;
    const verdict v = explore(of(std::move(t), &seen, registers));
    EXPECT_TRUE(v.ok()) << v;
    return seen;
}

bool races(threads t) {
    outcomes seen;
    return explore(of(std::move(t), &seen, 0)).failure.find("data race") != std::string::npos;
}

outcomes store_buffering(memory_order stores, memory_order loads, memory_order fence = rlx) {
    return all_of(2, {[=] {
                          m->x.store(1, stores);
                          if (fence != rlx) atomic_thread_fence(fence);
                          r[0] = m->y.load(loads);
                      },
                      [=] {
                          m->y.store(1, stores);
                          if (fence != rlx) atomic_thread_fence(fence);
                          r[1] = m->x.load(loads);
                      }});
}

TEST(litmus, store_buffering) {
    const outcomes weak{"00", "01", "10", "11"}, strong{"01", "10", "11"};
    EXPECT_EQ(store_buffering(rlx, rlx), weak);
    EXPECT_EQ(store_buffering(rel, acq), weak);
    EXPECT_EQ(store_buffering(sc, acq), weak);
    EXPECT_EQ(store_buffering(rlx, rlx, acq_rel_), weak);
    EXPECT_EQ(store_buffering(sc, sc), strong);
    EXPECT_EQ(store_buffering(rlx, rlx, sc), strong);
}

outcomes message_passing(memory_order store, memory_order load) {
    return all_of(2, {[=] {
                          m->x.store(1, rlx);
                          m->y.store(1, store);
                      },
                      [=] {
                          r[0] = m->y.load(load);
                          r[1] = m->x.load(rlx);
                      }});
}

TEST(litmus, message_passing) {
    const outcomes weak{"00", "01", "10", "11"}, strong{"00", "01", "11"};
    EXPECT_EQ(message_passing(rel, acq), strong);
    EXPECT_EQ(message_passing(sc, sc), strong);
    EXPECT_EQ(message_passing(rlx, acq), weak);
    EXPECT_EQ(message_passing(rel, rlx), weak);
    EXPECT_EQ(all_of(2, {[] {
                             m->x.store(1, rlx);
                             atomic_thread_fence(memory_order::release);
                             m->y.store(1, rlx);
                         },
                         [] {
                             r[0] = m->y.load(rlx);
                             atomic_thread_fence(memory_order::acquire);
                             r[1] = m->x.load(rlx);
                         }}),
              strong);
}

TEST(litmus, plain_data_behind_a_flag_races_unless_released_and_acquired) {
    const auto passing = [](memory_order store, memory_order load) {
        return races({[=] {
                          m->data = 7;
                          m->y.store(1, store);
                      },
                      [=] {
                          if (m->y.load(load) == 1) require(m->data == 7, "the data that the flag stands for");
                      }});
    };
    EXPECT_FALSE(passing(rel, acq));
    EXPECT_TRUE(passing(rlx, acq));
    EXPECT_TRUE(passing(rel, rlx));
}

TEST(litmus, plain_data_races_also_with_atomic_accesses_and_whole_structures) {
    EXPECT_TRUE(races({[] { m->data = 1; }, [] { r[0] = m->data; }}));
    EXPECT_FALSE(races({[] { r[1] = m->data; }, [] { r[0] = m->data; }}));
    EXPECT_TRUE(races({[] { *reinterpret_cast<std::uint32_t*>(&m->x) = 1; }, [] { r[0] = m->x.load(sc); }}));
    struct triple {
        std::uint32_t a, b, c;
    };
    static zeroed<triple> t;
    const program p{"copies", t.bytes(), {[] { *t = triple{1, 2, 3}; }, [] { r[0] = t->c; }}};
    EXPECT_NE(explore(p).failure.find("data race"), std::string::npos);
}

TEST(litmus, load_buffering) {
    const auto outcomes_of = [](memory_order load, memory_order store) {
        return all_of(2, {[=] {
                              r[0] = m->x.load(load);
                              m->y.store(1, store);
                          },
                          [=] {
                              r[1] = m->y.load(load);
                              m->x.store(1, store);
                          }});
    };
    const outcomes strong{"00", "01", "10"};
    EXPECT_EQ(outcomes_of(rlx, rlx), (outcomes{"00", "01", "10", "11"}));
    EXPECT_EQ(outcomes_of(acq, rel), strong);
    EXPECT_EQ(outcomes_of(acq, rlx), strong) << "C++ allows 11, no processor does";
}

/// A reader that makes room by a relaxed store may find in what it reads what is written into that room.
TEST(litmus, a_record_is_read_before_its_cell_is_released) {
    const auto seen_too_early = [](memory_order store, memory_order load) {
        return all_of(1, {[=] {
                              r[0] = m->x.load(rlx);
                              m->y.store(1, store);
                          },
                          [=] {
                              if (m->y.load(load) == 1) m->x.store(2, rlx);
                          }})
            .contains("2");
    };
    EXPECT_TRUE(seen_too_early(rlx, rlx));
    EXPECT_TRUE(seen_too_early(rlx, acq));
    EXPECT_TRUE(seen_too_early(rel, rlx));
    EXPECT_FALSE(seen_too_early(rel, acq));
}

bool independent_readers_disagree(memory_order stores, memory_order loads, memory_order fence = rlx) {
    return all_of(4, {[=] { m->x.store(1, stores); }, [=] { m->y.store(1, stores); },
                      [=] {
                          r[0] = m->x.load(loads);
                          if (fence != rlx) atomic_thread_fence(fence);
                          r[1] = m->y.load(loads);
                      },
                      [=] {
                          r[2] = m->y.load(loads);
                          if (fence != rlx) atomic_thread_fence(fence);
                          r[3] = m->x.load(loads);
                      }})
        .contains("1010");
}

TEST(litmus, independent_reads_of_independent_writes) {
    EXPECT_TRUE(independent_readers_disagree(rlx, rlx));
    EXPECT_TRUE(independent_readers_disagree(rel, acq));
    EXPECT_FALSE(independent_readers_disagree(sc, sc));
    EXPECT_FALSE(independent_readers_disagree(rlx, rlx, sc));
}

TEST(litmus, coherence_of_one_location) {
    // Read after read, read after write, write after write: never backwards, also relaxed.
    EXPECT_EQ(all_of(2, {[] {
                             m->x.store(1, rlx);
                             m->x.store(2, rlx);
                         },
                         [] {
                             r[0] = m->x.load(rlx);
                             r[1] = m->x.load(rlx);
                         }}),
              (outcomes{"00", "01", "02", "11", "12", "22"}));
    EXPECT_EQ(all_of(1, {[] {
                             m->x.store(1, rlx);
                             r[0] = m->x.load(rlx);
                         },
                         [] { m->x.store(2, rlx); }}),
              (outcomes{"1", "2"}));
}

outcomes last_of_two_and_two_writes(memory_order o) {
    outcomes last;
    const program p{"2+2W",
                    m.bytes(),
                    {[=] {
                         m->x.store(1, o);
                         m->y.store(2, o);
                     },
                     [=] {
                         m->y.store(1, o);
                         m->x.store(2, o);
                     }},
                    [] {},
                    [&] { last.insert(std::to_string(m->x.load(sc)) + std::to_string(m->y.load(sc))); }};
    EXPECT_TRUE(explore(p).ok());
    return last;
}

TEST(litmus, stores_need_not_come_last) {
    EXPECT_EQ(last_of_two_and_two_writes(rel), (outcomes{"11", "12", "21", "22"}));
    EXPECT_EQ(last_of_two_and_two_writes(sc), (outcomes{"12", "21", "22"}));
}

/// Thread 0 writes, thread 1 sees it and tells thread 2.
bool the_third_misses_the_first(memory_order store, memory_order load) {
    return all_of(3, {[=] { m->x.store(1, rlx); },
                      [=] {
                          r[0] = m->x.load(load);
                          m->y.store(1, store);
                      },
                      [=] {
                          r[1] = m->y.load(load);
                          r[2] = m->x.load(rlx);
                      }})
        .contains("110");
}

TEST(litmus, causality_is_transitive) {
    EXPECT_FALSE(the_third_misses_the_first(rel, acq));
    EXPECT_TRUE(the_third_misses_the_first(rlx, acq));
}

TEST(litmus, a_read_modify_write_passes_on_what_was_released_before_it) {
    const auto missed = [](bool by_update) {
        return all_of(2, {[] {
                              m->x.store(1, rlx);
                              m->y.store(1, rel);
                          },
                          [=] {
                              if (by_update) {
                                  m->y.fetch_add(1, rlx);
                              } else if (m->y.load(rlx) == 1) {
                                  m->y.store(2, rlx);
                              }
                          },
                          [] {
                              r[0] = m->y.load(acq);
                              r[1] = m->x.load(rlx);
                          }})
            .contains("20");
    };
    EXPECT_FALSE(missed(true));
    EXPECT_TRUE(missed(false));
}

TEST(litmus, read_modify_writes_are_atomic) {
    const auto add = [](std::size_t i) { r[i] = m->x.fetch_add(1, rlx); };
    EXPECT_EQ(all_of(3, {[=] { add(0); }, [=] { add(1); }, [=] { add(2); }}),
              (outcomes{"012", "021", "102", "120", "201", "210"}));
    const auto take = [](std::size_t i) {
        std::uint32_t expected = 0;
        r[i] = m->x.compare_exchange(expected, 1, rlx, rlx) ? 1 : 0;
    };
    EXPECT_EQ(all_of(2, {[=] { take(0); }, [=] { take(1); }}), (outcomes{"01", "10"}));
}

TEST(litmus, a_compare_and_swap_of_16_bytes_is_one_step) {
    struct alignas(16) cell {
        std::uint64_t low, high;
    };
    static zeroed<cell> c;
    static bool taken[2];
    __extension__ using wide = unsigned __int128;
    const auto take = [](std::size_t i) {
        const std::uint64_t mark = i + 1;
        taken[i] = __sync_bool_compare_and_swap(reinterpret_cast<wide*>(&*c), wide{0}, wide{mark} << 64 | mark);
    };
    const program p{"pair",
                    c.bytes(),
                    {[=] { take(0); }, [=] { take(1); },
                     [] {
                         const std::uint64_t low = __atomic_load_n(&c->low, __ATOMIC_ACQUIRE);
                         const std::uint64_t high = __atomic_load_n(&c->high, __ATOMIC_RELAXED);
                         require(low == 0 || low == high, "both words at once");
                     }},
                    [] {},
                    [] { require(taken[0] != taken[1], "exactly one has it"); }};
    const verdict v = explore(p);
    EXPECT_TRUE(v.ok()) << v;
}

TEST(litmus, weakening_names_the_orders_that_matter) {
    const program p{"message passing",
                    m.bytes(),
                    {[] {
                         m->data = 7;
                         m->x.store(1, rel);
                         m->y.store(1, rel);
                     },
                     [] {
                         if (m->y.load(acq) == 1) require(m->data == 7, "the data that the flag stands for");
                     }}};
    const std::vector<weakening> found = weaken_each_order({p});
    ASSERT_EQ(found.size(), 3u);
    std::size_t caught = 0;
    for (weakening const& w : found) {
        caught += w.caught_by.empty() ? 0 : 1;
        EXPECT_NE(w.where.find("litmus_test.cpp"), std::string::npos) << w.where;
    }
    EXPECT_EQ(caught, 2u) << "the first store's order is not needed, the others are";
}

TEST(litmus, a_failure_comes_with_the_execution_that_led_there) {
    const program p{"lost update",
                    m.bytes(),
                    {[] { m->x.store(m->x.load(acq) + 1, rel); }, [] { m->x.store(m->x.load(acq) + 1, rel); }},
                    [] {},
                    [] { require(m->x.load(sc) == 2, "two additions"); }};
    const verdict v = explore(p);
    EXPECT_NE(v.failure.find("two additions"), std::string::npos);
    EXPECT_NE(v.failure.find("thread 1  store"), std::string::npos) << v;
}

}  // namespace
}  // namespace maxwell::model
