/* SPDX-License-Identifier: MIT
 *
 * maxwell_buckets: stratified_buckets<Capacity, log_linear_tiers<7>> for BPF programs, byte for byte, in C.
 *
 * The same auction as auction/stratified_buckets.hpp, which explains it: prices are cut into 3,328 tiers, a tier is a queue in
 * arrival order, a bitmap of ranks says which tiers have anybody in them. After the same operations both objects hold the same
 * bytes, so a BPF program's book can be copied out of its map and read, checked or continued in C++.
 *
 *     links        slot -> neighbours in its tier, a slot plus one each; prev 1 without next: the agent has retired
 *     generation   slot -> newest generation seen
 *     offer        slot -> arrival, amount, units
 *     used         bitmap of ranks, a bit each, and above it a word with a bit for each of its words
 *     head         rank -> its oldest agent, a slot plus one; rank 0 is the highest tier
 *
 *     #define MAXWELL_CAPACITY 1024                     one capacity per program, 1,024 unless defined
 *     #include <maxwell/bpf/stratified_buckets.h>
 *     struct { ... __type(value, struct maxwell_buckets); } book SEC(".maps");
 *
 * In an arena define MAXWELL_SPACE as __attribute__((address_space(1))) before.
 *
 * Any contents are safe. Every index that comes out of the object is compared with its bound before use, every function is a
 * straight line without a loop, so memory that somebody has overwritten leads to wrong awards and never to an access outside the
 * object. The verifier sees the same comparisons; Frama-C's Eva proves it for all contents (tests/kernel/eva.c).
 *
 * Nothing here is atomic: a book belongs to one CPU, or stands under a bpf_spin_lock. Zeroed memory is the empty auction.
 *
 *     operation                                  cost   why
 *     insert, expire, retire, top, extract_max   O(1)   one slot, two neighbours, two words of the bitmap
 *     update_price                               O(1)   one index
 *     memory                                     24 B per agent and 7,104 B (28 B and 13,760 B from a capacity of 65,535 on)
 */

#ifndef MAXWELL_BPF_STRATIFIED_BUCKETS_H
#define MAXWELL_BPF_STRATIFIED_BUCKETS_H

#include <maxwell/abi/bid.h>
#include <maxwell/bpf/bits.h>

#ifndef MAXWELL_SPACE
#define MAXWELL_SPACE
#endif

#define MAXWELL_TIERS 3328u /* tiers of relative width 2^-7 over 32 bits */
#define MAXWELL_TIER_WORDS 52u

#if MAXWELL_CAPACITY < 65535
#define MAXWELL_LINK uint16_t
#else
#define MAXWELL_LINK uint32_t
#endif

/* The winner's bid, and its critical price per unit: the least amount at which it still wins. maxwell::award's layout. */
struct maxwell_award {
    struct maxwell_bid winner;
    uint32_t payment;
};

struct maxwell_links {
    MAXWELL_LINK next;
    MAXWELL_LINK prev;
};

struct maxwell_offer {
    uint64_t arrival;
    uint32_t amount;
    uint32_t units;
};

struct maxwell_buckets {
    uint64_t arrivals;
    uint32_t size; /* live bids */
    struct maxwell_links links[MAXWELL_CAPACITY];
    uint32_t generation[MAXWELL_CAPACITY];
    struct maxwell_offer offer[MAXWELL_CAPACITY];
    uint32_t reserve; /* in force: the price that was set, rounded up to a tier's lower edge */
    uint32_t reserve_tier;
    uint64_t used[MAXWELL_TIER_WORDS + 1];
    MAXWELL_LINK head[MAXWELL_TIERS];
};

#define MAXWELL_BOOK struct maxwell_buckets MAXWELL_SPACE*

/* --- tiers ------------------------------------------------------------------------------------------------------------ */

/* The tier of `price`, counted from the highest down. */
MAXWELL_INLINE uint32_t maxwell_rank_of(uint32_t price) {
    const uint32_t zeros = maxwell_high_zeros(price | 128u);
    const uint32_t tier = (24u << 7) + (price << zeros >> 24) - (zeros << 7);
    return maxwell_below(MAXWELL_TIERS - 1 - tier, MAXWELL_TIERS);
}

/* The least price in the tier of `rank`, which is below MAXWELL_TIERS. */
MAXWELL_INLINE uint32_t maxwell_lower_edge(uint32_t rank) {
    const uint32_t tier = MAXWELL_TIERS - 1 - rank;
    if (tier < 256) return tier;
    return ((tier & 127u) | 128u) << ((tier >> 7) - 1);
}

/* --- the bitmap of ranks; `rank` is below MAXWELL_TIERS --------------------------------------------------------------- */

MAXWELL_INLINE uint64_t maxwell_bit(uint32_t i) { return 1ull << (i % 64); }

MAXWELL_INLINE void maxwell_set_rank(MAXWELL_BOOK b, uint32_t rank) {
    const uint32_t word = maxwell_below(rank / 64, MAXWELL_TIER_WORDS);
    b->used[word] |= maxwell_bit(rank);
    b->used[MAXWELL_TIER_WORDS] |= maxwell_bit(word);
}

MAXWELL_INLINE void maxwell_clear_rank(MAXWELL_BOOK b, uint32_t rank) {
    const uint32_t word = maxwell_below(rank / 64, MAXWELL_TIER_WORDS);
    const uint64_t rest = b->used[word] & ~maxwell_bit(rank);
    b->used[word] = rest;
    if (rest == 0) b->used[MAXWELL_TIER_WORDS] &= ~maxwell_bit(word);
}

/* The lowest rank of those whose words stand in `words`; MAXWELL_TIERS where that is 0. */
MAXWELL_INLINE uint32_t maxwell_lowest_rank(MAXWELL_BOOK b, uint64_t words) {
    uint32_t word;
    if (words == 0) return MAXWELL_TIERS;
    word = maxwell_below(maxwell_low_bit(words), MAXWELL_TIER_WORDS);
    return word * 64 + maxwell_low_bit(b->used[word]);
}

/* The lowest rank above `rank`, or MAXWELL_TIERS. */
MAXWELL_INLINE uint32_t maxwell_next_rank(MAXWELL_BOOK b, uint32_t rank) {
    const uint32_t word = maxwell_below(rank / 64, MAXWELL_TIER_WORDS);
    const uint64_t higher = b->used[word] & (~1ull << (rank % 64));
    if (higher != 0) return word * 64 + maxwell_low_bit(higher);
    return maxwell_lowest_rank(b, b->used[MAXWELL_TIER_WORDS] & (~1ull << word));
}

/* Takes `rank`, the lowest, out of the set, and returns the one that is now the lowest, or MAXWELL_TIERS. */
MAXWELL_INLINE uint32_t maxwell_drop_rank(MAXWELL_BOOK b, uint32_t rank) {
    const uint32_t word = maxwell_below(rank / 64, MAXWELL_TIER_WORDS);
    const uint64_t rest = b->used[word] & ~maxwell_bit(rank);
    uint64_t words;
    b->used[word] = rest;
    if (rest != 0) return word * 64 + maxwell_low_bit(rest);
    words = b->used[MAXWELL_TIER_WORDS] & ~maxwell_bit(word);
    b->used[MAXWELL_TIER_WORDS] = words;
    return maxwell_lowest_rank(b, words);
}

/* --- tier lists; `slot` is below MAXWELL_CAPACITY ---------------------------------------------------------------------- */

/* The slot of a link, and a safe one where it is no link. */
MAXWELL_INLINE uint32_t maxwell_slot_at(uint32_t link) { return maxwell_below(link - 1u, MAXWELL_CAPACITY); }

/* Joins the tail of the list of `rank`. An empty list first becomes one of the slot itself, so nothing branches. */
MAXWELL_INLINE void maxwell_join(MAXWELL_BOOK b, uint32_t slot, uint32_t rank) {
    const MAXWELL_LINK self = (MAXWELL_LINK)(slot + 1);
    MAXWELL_LINK first;
    MAXWELL_LINK tail;
    b->links[slot].prev = self;
    first = b->head[rank] != 0 ? b->head[rank] : self;
    tail = b->links[maxwell_slot_at(first)].prev;
    b->head[rank] = first;
    b->links[slot].next = first;
    b->links[slot].prev = tail;
    b->links[maxwell_slot_at(tail)].next = self;
    b->links[maxwell_slot_at(first)].prev = self;
    maxwell_set_rank(b, rank);
}

/* Closes the list over `slot`, which keeps its own links. */
MAXWELL_INLINE void maxwell_bypass(MAXWELL_BOOK b, uint32_t slot) {
    const MAXWELL_LINK next = b->links[slot].next;
    const MAXWELL_LINK prev = b->links[slot].prev;
    b->links[maxwell_slot_at(prev)].next = next;
    b->links[maxwell_slot_at(next)].prev = prev;
}

/* Leaves the list of its tier; its own links stay as they are. */
MAXWELL_INLINE void maxwell_leave_tier(MAXWELL_BOOK b, uint32_t slot) {
    const MAXWELL_LINK self = (MAXWELL_LINK)(slot + 1);
    const uint32_t rank = maxwell_rank_of(b->offer[slot].amount);
    if (b->links[slot].next == self) {
        b->head[rank] = 0;
        maxwell_clear_rank(b, rank);
        return;
    }
    maxwell_bypass(b, slot);
    if (b->head[rank] == self) b->head[rank] = b->links[slot].next;
}

/* The bid of `slot`, which has left its list, leaves. */
MAXWELL_INLINE void maxwell_forget(MAXWELL_BOOK b, uint32_t slot) {
    b->links[slot].next = 0;
    b->links[slot].prev = 0;
    b->size--;
}

/* --- prices ------------------------------------------------------------------------------------------------------------ */

/* The reserve, or the lower edge of `rank` where that is more. */
MAXWELL_INLINE uint32_t maxwell_edge_or_reserve(MAXWELL_BOOK b, uint32_t rank) {
    const uint32_t edge = maxwell_lower_edge(rank);
    return edge > b->reserve ? edge : b->reserve;
}

/* What the head of the highest tier pays if it is alone there and `rank` is the next tier, or MAXWELL_TIERS: the edge of that tier,
 * or of the one above if the winner came later than the head of it. */
MAXWELL_INLINE uint32_t maxwell_critical_price(MAXWELL_BOOK b, uint32_t winner, uint32_t rank) {
    uint32_t rival;
    uint32_t later;
    if (rank >= MAXWELL_TIERS) return b->reserve;
    rival = maxwell_slot_at(b->head[maxwell_below(rank, MAXWELL_TIERS)]);
    later = (int64_t)(b->offer[winner].arrival - b->offer[rival].arrival) > 0 ? 1 : 0;
    return maxwell_edge_or_reserve(b, maxwell_below(rank - later, MAXWELL_TIERS));
}

MAXWELL_INLINE void maxwell_fill_award(MAXWELL_BOOK b, uint32_t slot, uint32_t payment, struct maxwell_award* award) {
    award->winner.agent = (uint64_t)b->generation[slot] << 32 | slot;
    award->winner.amount = b->offer[slot].amount;
    award->winner.units = b->offer[slot].units;
    award->payment = payment;
}

/* --- what programs call ------------------------------------------------------------------------------------------------ */

/* May this agent bid? MAXWELL_OK, MAXWELL_UNKNOWN_AGENT or MAXWELL_STALE_AGENT. */
MAXWELL_INLINE uint32_t maxwell_admits(MAXWELL_BOOK b, uint64_t agent) {
    const uint32_t generation = (uint32_t)(agent >> 32);
    uint32_t slot = (uint32_t)agent;
    if (slot >= MAXWELL_CAPACITY) return MAXWELL_UNKNOWN_AGENT;
    slot = maxwell_below(slot, MAXWELL_CAPACITY);
    if (generation < b->generation[slot]) return MAXWELL_STALE_AGENT;
    if (b->links[slot].next != 0 || b->links[slot].prev != 1) return MAXWELL_OK;
    return generation == b->generation[slot] ? MAXWELL_STALE_AGENT : MAXWELL_OK;
}

/* Withdraws the agent's bid. Also returns MAXWELL_NO_BID. */
MAXWELL_INLINE uint32_t maxwell_expire(MAXWELL_BOOK b, uint64_t agent) {
    const uint32_t admitted = maxwell_admits(b, agent);
    const uint32_t slot = maxwell_below((uint32_t)agent, MAXWELL_CAPACITY);
    if (admitted != MAXWELL_OK) return admitted;
    if (b->links[slot].next == 0 || b->generation[slot] != (uint32_t)(agent >> 32)) return MAXWELL_NO_BID;
    maxwell_leave_tier(b, slot);
    maxwell_forget(b, slot);
    return MAXWELL_OK;
}

/* Enters the agent's bid, or replaces the one it has; a new arrival either way. A bid of 0 units is maxwell_expire. */
MAXWELL_INLINE uint32_t maxwell_insert(MAXWELL_BOOK b, struct maxwell_bid bid) {
    const uint32_t slot = maxwell_below((uint32_t)bid.agent, MAXWELL_CAPACITY);
    uint32_t admitted;
    if (bid.units == 0) return maxwell_expire(b, bid.agent);
    admitted = maxwell_admits(b, bid.agent);
    if (admitted != MAXWELL_OK) return admitted;
    if (b->links[slot].next != 0)
        maxwell_leave_tier(b, slot);
    else
        b->size++;
    b->generation[slot] = (uint32_t)(bid.agent >> 32);
    b->offer[slot].arrival = b->arrivals++;
    b->offer[slot].amount = bid.amount;
    b->offer[slot].units = bid.units;
    maxwell_join(b, slot, maxwell_rank_of(bid.amount));
    return MAXWELL_OK;
}

/* Ends the agent: its bid, or one of an older generation, leaves, and every later request of it is stale. */
MAXWELL_INLINE uint32_t maxwell_retire(MAXWELL_BOOK b, uint64_t agent) {
    const uint32_t generation = (uint32_t)(agent >> 32);
    const uint32_t slot = maxwell_below((uint32_t)agent, MAXWELL_CAPACITY);
    if ((uint32_t)agent >= MAXWELL_CAPACITY) return MAXWELL_UNKNOWN_AGENT;
    if (generation < b->generation[slot]) return MAXWELL_STALE_AGENT;
    if (b->links[slot].next != 0) {
        maxwell_leave_tier(b, slot);
        maxwell_forget(b, slot);
    }
    b->generation[slot] = generation;
    b->links[slot].prev = 1;
    return MAXWELL_OK;
}

/* Fills in who wins now and what it would pay, and returns 1; 0, and `award` as it was, if nobody is at or above the reserve. */
MAXWELL_INLINE int maxwell_top(MAXWELL_BOOK b, struct maxwell_award* award) {
    const uint32_t lowest = maxwell_lowest_rank(b, b->used[MAXWELL_TIER_WORDS]);
    const uint32_t rank = maxwell_below(lowest, MAXWELL_TIERS);
    uint32_t slot;
    uint32_t payment;
    if (lowest >= MAXWELL_TIERS || rank + b->reserve_tier >= MAXWELL_TIERS) return 0;
    slot = maxwell_slot_at(b->head[rank]);
    if (b->links[slot].next != b->head[rank])
        payment = maxwell_edge_or_reserve(b, rank);
    else
        payment = maxwell_critical_price(b, slot, maxwell_next_rank(b, rank));
    maxwell_fill_award(b, slot, payment, award);
    return 1;
}

/* The same, and the winner's bid leaves. */
MAXWELL_INLINE int maxwell_extract_max(MAXWELL_BOOK b, struct maxwell_award* award) {
    const uint32_t lowest = maxwell_lowest_rank(b, b->used[MAXWELL_TIER_WORDS]);
    const uint32_t rank = maxwell_below(lowest, MAXWELL_TIERS);
    MAXWELL_LINK head;
    MAXWELL_LINK next;
    uint32_t slot;
    uint32_t payment;
    if (lowest >= MAXWELL_TIERS || rank + b->reserve_tier >= MAXWELL_TIERS) return 0;
    head = b->head[rank];
    slot = maxwell_slot_at(head);
    next = b->links[slot].next;
    if (next != head) {
        payment = maxwell_edge_or_reserve(b, rank);
        b->head[rank] = next;
        maxwell_bypass(b, slot);
    } else {
        b->head[rank] = 0;
        payment = maxwell_critical_price(b, slot, maxwell_drop_rank(b, rank));
    }
    maxwell_forget(b, slot);
    maxwell_fill_award(b, slot, payment, award);
    return 1;
}

/* Sets the reserve to `price`, rounded up to the next lower edge of a tier: bids in tiers below it stay in and don't win. If no edge
 * is at or above `price`, nobody wins. */
MAXWELL_INLINE void maxwell_update_price(MAXWELL_BOOK b, uint32_t price) {
    uint32_t tier = MAXWELL_TIERS - 1 - maxwell_rank_of(price);
    if (maxwell_lower_edge(MAXWELL_TIERS - 1 - tier) < price) tier++;
    b->reserve_tier = tier;
    b->reserve = tier < MAXWELL_TIERS ? maxwell_lower_edge(MAXWELL_TIERS - 1 - tier) : price;
}

#endif /* MAXWELL_BPF_STRATIFIED_BUCKETS_H */
