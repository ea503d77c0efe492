/* SPDX-License-Identifier: MIT
 *
 * maxwell_bid: a bid as it lies in memory, for C, for BPF programs and for guests.
 *
 *     byte  0               4               8              12              16
 *           +---------------+---------------+---------------+---------------+
 *           |     slot      |  generation   |    amount     |     units     |
 *           +---------------+---------------+---------------+---------------+
 *           |<---------- agent ------------>|
 *
 * Four bids fill a cache line. Byte order is the machine's: a bid never leaves it. maxwell::bid (core/bid.hpp) has the same
 * layout, and both languages assert it, so a pointer to the one may be read as the other.
 */

#ifndef MAXWELL_ABI_BID_H
#define MAXWELL_ABI_BID_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

/* One agent's offer. */
struct maxwell_bid {
    uint64_t agent;  /* low 32 bits: slot, below the auction's capacity; high 32 bits: generation of that slot */
    uint32_t amount; /* offered per unit, in ticks; every value is a legal bid, 0 too */
    uint32_t units;  /* resource units wanted (CPU microseconds, GPU milliseconds); 0 withdraws the bid */
};

static_assert(sizeof(struct maxwell_bid) == 16, "four bids to a cache line");
static_assert(offsetof(struct maxwell_bid, agent) == 0, "agent comes first");
static_assert(offsetof(struct maxwell_bid, amount) == 8, "amount follows agent");
static_assert(offsetof(struct maxwell_bid, units) == 12, "units follows amount");

#endif /* MAXWELL_ABI_BID_H */
