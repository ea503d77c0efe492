/* SPDX-License-Identifier: MIT
 *
 * maxwell_wire_bid: a bid as it travels in a ring that several producers share, for C, for BPF programs and for guests.
 *
 *     byte  0               4               8           11  12              16
 *           +---------------+---------------+-----------+---+---------------+
 *           |    amount     |     units     |   slot    | g |      lap      |
 *           +---------------+---------------+-----------+---+---------------+
 *                                           |<---- who ---->|
 *
 * It is exactly as large as a processor can exchange at once. So only 8 bits of the generation fit, and the consumer finds
 * the other 24 in its own table. `lap` is the lap in which the bid was committed, counted from 1, modulo 2^32: it tells a bid
 * from what the same cell held a lap ago. Byte order is the machine's.
 */

#ifndef MAXWELL_ABI_WIRE_BID_H
#define MAXWELL_ABI_WIRE_BID_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

struct maxwell_wire_bid {
    uint32_t amount; /* offered per unit, in ticks; every value is a legal bid, 0 too */
    uint32_t units;  /* resource units wanted; 0 withdraws the bid */
    uint32_t who;    /* low 24 bits: slot, below MAXWELL_WIRE_SLOTS; high 8 bits: the low ones of its generation */
    uint32_t lap;
};

/* No agent has a slot from here on: such a slot marks a cell that the consumer has abandoned. */
#define MAXWELL_WIRE_SLOTS 0xFF0000u

static_assert(sizeof(struct maxwell_wire_bid) == 16, "one exchange, four bids to a cache line");
static_assert(offsetof(struct maxwell_wire_bid, amount) == 0, "amount comes first");
static_assert(offsetof(struct maxwell_wire_bid, units) == 4, "units follows amount");
static_assert(offsetof(struct maxwell_wire_bid, who) == 8, "who follows units");
static_assert(offsetof(struct maxwell_wire_bid, lap) == 12, "lap comes last");

/* `who` of an agent, of whose generation only the low 8 bits fit; and back. */
static inline uint32_t maxwell_wire_who(uint32_t slot, uint32_t generation) {
    return (slot & 0xFFFFFFu) | generation << 24;
}
static inline uint32_t maxwell_wire_slot(uint32_t who) { return who & 0xFFFFFFu; }
static inline uint32_t maxwell_wire_generation(uint32_t who) { return who >> 24; }

#endif /* MAXWELL_ABI_WIRE_BID_H */
