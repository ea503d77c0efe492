/* SPDX-License-Identifier: MIT
 *
 * The lane and price table for BPF programs: a price page (abi/price_page.h) that a user-space daemon writes into an mmap'ed array
 * map, read by the scheduler's program.
 *
 * The daemon reads sensors, makes the multipliers of the next ten milliseconds and publishes them through thermal/price_page.hpp; the
 * program looks its lane's multiplier up by the clock. When the daemon dies, its last schedule holds for as long again and walks
 * to each lane's safe multiplier: thermal/price_schedule.hpp has the picture.
 *
 *     lane      what the scheduler observes of a task, its cgroup say, and never what the task bids
 *     reserve   base price times the lane's multiplier: what a bid of that lane has to offer at least
 *
 * A read is a handful of loads: no lock, no atomic operation, and no content of the page leads out of it. Comparisons across lanes are
 * those of market/lanes.hpp, in 64-bit products.
 *
 *     operation                            cost   why
 *     price_read                           O(1)   12 loads of one line and three of its bank, at most 4 times
 *     multiplier, reserve, lane_outranks   O(1)   a look-up; a multiplication and a shift; two multiplications
 *     lane_to_match                        O(1)   a division
 */

#ifndef MAXWELL_BPF_PRICE_PAGE_H
#define MAXWELL_BPF_PRICE_PAGE_H

#include <maxwell/abi/price_page.h>
#include <maxwell/bpf/bits.h>

#ifndef MAXWELL_LANES
#define MAXWELL_LANES 4
#endif

static_assert(MAXWELL_LANES > 0 && MAXWELL_LANES <= 12, "as thermal/price_page.hpp");

/* The page of MAXWELL_LANES lanes, both banks. */
struct maxwell_price_table {
    struct maxwell_price_page page;
    struct {
        struct maxwell_price_bank bank;
        struct maxwell_price_lane lane[MAXWELL_LANES];
    } banks[2];
};

/* A lane's prices, copied out of the page. All zeros: a lane that was never set, whose reserve is 0. */
struct maxwell_lane_prices {
    uint64_t start_ns;
    uint32_t base_price;
    struct maxwell_price_lane lane;
};

#define MAXWELL_PRICE_OK 0u
#define MAXWELL_PRICE_NOTHING_YET 1u /* no version was published yet */
#define MAXWELL_PRICE_FOREIGN 2u     /* the page has another layout or another number of lanes */
#define MAXWELL_PRICE_TOO_BUSY 3u    /* the writer was faster at each of the attempts */

/* One attempt: the newest version of `lane` to `to`. MAXWELL_PRICE_TOO_BUSY: the writer has begun the next but one meanwhile. On x86,
 * where loads keep their order; elsewhere a BPF program has no acquire load before cpu v4. */
MAXWELL_INLINE uint32_t maxwell_price_try(const struct maxwell_price_table* table, uint32_t lane,
                                          struct maxwell_lane_prices* to) {
    const volatile struct maxwell_price_page* page = &table->page;
    const uint64_t version = page->latest;
    const uint32_t bank = (uint32_t)version & 1;
    const volatile struct maxwell_price_bank* from = &table->banks[bank].bank;
    const volatile struct maxwell_price_lane* line = &table->banks[bank].lane[maxwell_below(lane, MAXWELL_LANES)];
    if (version == 0) return MAXWELL_PRICE_NOTHING_YET;
    if (page->layout != MAXWELL_PRICE_LAYOUT || page->lanes != MAXWELL_LANES) return MAXWELL_PRICE_FOREIGN;
    to->start_ns = from->start_ns;
    to->base_price = from->base_price;
    to->lane.multiplier_q16[0] = line->multiplier_q16[0];
    to->lane.multiplier_q16[1] = line->multiplier_q16[1];
    to->lane.multiplier_q16[2] = line->multiplier_q16[2];
    to->lane.multiplier_q16[3] = line->multiplier_q16[3];
    to->lane.multiplier_q16[4] = line->multiplier_q16[4];
    to->lane.multiplier_q16[5] = line->multiplier_q16[5];
    to->lane.multiplier_q16[6] = line->multiplier_q16[6];
    to->lane.multiplier_q16[7] = line->multiplier_q16[7];
    to->lane.multiplier_q16[8] = line->multiplier_q16[8];
    to->lane.multiplier_q16[9] = line->multiplier_q16[9];
    to->lane.safe_q16 = line->safe_q16;
    return from->version == version ? MAXWELL_PRICE_OK : MAXWELL_PRICE_TOO_BUSY;
}

/* Copies the newest prices of `lane` to `to`. Anything but MAXWELL_PRICE_OK leaves `to` as it was: the last good prices, which know what
 * to do when the next are late. A lane that is not below MAXWELL_LANES is lane 0. */
MAXWELL_INLINE uint32_t maxwell_price_read(const struct maxwell_price_table* table, uint32_t lane,
                                           struct maxwell_lane_prices* to) {
    struct maxwell_lane_prices copy = {0, 0, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, {0, 0, 0, 0, 0}}};
    uint32_t result = maxwell_price_try(table, lane, &copy);
    if (result == MAXWELL_PRICE_TOO_BUSY) result = maxwell_price_try(table, lane, &copy);
    if (result == MAXWELL_PRICE_TOO_BUSY) result = maxwell_price_try(table, lane, &copy);
    if (result == MAXWELL_PRICE_TOO_BUSY) result = maxwell_price_try(table, lane, &copy);
    if (result == MAXWELL_PRICE_OK) *to = copy;
    return result;
}

/* The multiplier at `now_ns`, Q16.16, on the writer's clock: CLOCK_MONOTONIC, which is bpf_ktime_get_ns. Before the start the first step's;
 * after the end the last step's for as long again, then on its way to the safe one. 0 for a lane that was never set. */
MAXWELL_INLINE uint32_t maxwell_multiplier(const struct maxwell_lane_prices* prices, uint64_t now_ns) {
    const uint64_t step = (now_ns - prices->start_ns) >> MAXWELL_PRICE_STEP_SHIFT;
    const uint32_t last = prices->lane.multiplier_q16[MAXWELL_PRICE_STEPS - 1];
    const uint64_t walked = step - MAXWELL_PRICE_STEPS - MAXWELL_PRICE_HOLD_STEPS;
    uint64_t part;
    if (step < MAXWELL_PRICE_STEPS)
        return prices->lane.multiplier_q16[maxwell_below((uint32_t)step, MAXWELL_PRICE_STEPS)];
    if (step >= 1ull << (63 - MAXWELL_PRICE_STEP_SHIFT)) return prices->lane.multiplier_q16[0]; /* before the start */
    if (step < MAXWELL_PRICE_STEPS + MAXWELL_PRICE_HOLD_STEPS) return last;
    if (walked >> MAXWELL_PRICE_DECAY_SHIFT != 0) return prices->lane.safe_q16;
    if (prices->lane.safe_q16 >= last) {
        part = (uint64_t)(prices->lane.safe_q16 - last) * walked >> MAXWELL_PRICE_DECAY_SHIFT;
        return last + (uint32_t)part;
    }
    /* Rounded down on the way down, too: the way that is left, rounded up, is taken off. */
    part = ((uint64_t)(last - prices->lane.safe_q16) * walked + (1u << MAXWELL_PRICE_DECAY_SHIFT) - 1) >>
           MAXWELL_PRICE_DECAY_SHIFT;
    return last - (uint32_t)part;
}

/* base * multiplier, rounded up; the greatest price where no price can hold it. */
MAXWELL_INLINE uint32_t maxwell_scaled_price(uint32_t base, uint32_t multiplier_q16) {
    const uint64_t ticks = ((uint64_t)base * multiplier_q16 + 0xFFFF) >> 16;
    return ticks < 0xFFFFFFFFull ? (uint32_t)ticks : 0xFFFFFFFFu;
}

/* What a bid of this lane has to offer at least at `now_ns`. */
MAXWELL_INLINE uint32_t maxwell_lane_reserve(const struct maxwell_lane_prices* prices, uint64_t now_ns) {
    return maxwell_scaled_price(prices->base_price, maxwell_multiplier(prices, now_ns));
}

/* Does `amount` in lane `a` rank before `rival` in lane `b`, with these multipliers (0: 1)? Ties go to the lower lane, and within a lane
 * to the rival: lanes::outranks. */
MAXWELL_INLINE int maxwell_lane_outranks(uint32_t a, uint32_t multiplier_a, uint32_t amount, uint32_t b,
                                         uint32_t multiplier_b, uint32_t rival) {
    const uint64_t mine = (uint64_t)amount * (multiplier_b != 0 ? multiplier_b : 65536u);
    const uint64_t other = (uint64_t)rival * (multiplier_a != 0 ? multiplier_a : 65536u);
    return a < b ? mine >= other : mine > other;
}

/* The least amount in lane `a` that is worth what `rival` is in lane `b`, or with `more` just above that: lanes::to_match. Greater than
 * any price if no price is. */
MAXWELL_INLINE uint64_t maxwell_lane_to_match(uint32_t multiplier_a, uint32_t multiplier_b, uint32_t rival, int more) {
    const uint64_t m_a = multiplier_a != 0 ? multiplier_a : 65536u;
    const uint64_t m_b = multiplier_b != 0 ? multiplier_b : 65536u;
    const uint64_t scaled = rival * m_a;
    if (m_a == m_b) return (uint64_t)rival + (more != 0);
    return more != 0 ? scaled / m_b + 1 : scaled / m_b + (scaled % m_b != 0);
}

#endif /* MAXWELL_BPF_PRICE_PAGE_H */
