/* SPDX-License-Identifier: MIT
 *
 * maxwell_board_reader: board_reader<Capacity> for BPF programs, byte for byte, in C: bids that agents store into shared memory.
 *
 * Agents overwrite their cells in an mmap'ed array map (abi/bid_board.h) without a system call; the scheduler's program reads what
 * has changed since it last looked, at most `budget` cells a drain. ring/bid_board.hpp explains the protocol and its order.
 *
 *     struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(map_flags, BPF_F_MMAPABLE); ...
 *              __type(value, struct maxwell_board_cells); } cells SEC(".maps");      agents may write this
 *     struct { ... __type(value, struct maxwell_board_reader); } reader SEC(".maps");   and never see this
 *
 *     static struct maxwell_drain drain;                 global, or in a per-CPU map: not on the stack
 *     maxwell_drain_begin(cells, reader, &drain, budget);
 *     for up to MAXWELL_DRAIN_STEPS(budget) steps, by bpf_for or bpf_loop
 *         if maxwell_drain_step(cells, reader, &drain, &bid) is MAXWELL_DRAIN_ENDED, stop; if MAXWELL_DRAIN_BID, insert it
 *
 * A drain is cut into steps because a BPF program's loop belongs to the program: each step is a straight line of instructions.
 * A program that stops early loses nothing; the next drain goes on there.
 *
 * Any contents of the cells are legal, and any contents of the reader are safe: a slot that no agent holds is never read, and every
 * index is compared with its bound before use. One program at a time uses a reader.
 *
 *     operation       cost   why
 *     drain_begin     O(1)   two words, and the summary
 *     drain_step      O(1)   one cell, or one word of marks, or one word of the summary
 *     admit, retire   O(1)   one cell, two words
 */

#ifndef MAXWELL_BPF_BID_BOARD_H
#define MAXWELL_BPF_BID_BOARD_H

#include <maxwell/abi/bid.h>
#include <maxwell/abi/bid_board.h>
#include <maxwell/bpf/bits.h>

static_assert(MAXWELL_CAPACITY <= 1 << 18, "a board's summary has 64 words at the most");

#define MAXWELL_MARK_WORDS MAXWELL_BID_BOARD_WORDS(MAXWELL_CAPACITY)
#define MAXWELL_SUMMARY_WORDS MAXWELL_BID_BOARD_WORDS(MAXWELL_MARK_WORDS)

/* What agents write: abi/bid_board.h. */
struct maxwell_board_cells {
    uint64_t cell[MAXWELL_BID_BOARD_LINES(8 * MAXWELL_CAPACITY) / 8];
    uint64_t mark[MAXWELL_BID_BOARD_LINES(8 * MAXWELL_MARK_WORDS) / 8];
    uint64_t summary[MAXWELL_BID_BOARD_LINES(8 * MAXWELL_SUMMARY_WORDS) / 8];
};

static_assert(sizeof(struct maxwell_board_cells) == MAXWELL_BID_BOARD_SIZE(MAXWELL_CAPACITY),
              "as abi/bid_board.h says");

/* What the scheduler keeps for itself: maxwell::board_reader's layout. */
struct maxwell_board_reader {
    uint64_t marks;        /* taken, not yet read: the rest of word mark_word */
    uint64_t summary;      /* taken, not yet looked at: the rest of word summary_word */
    uint64_t mark_word;    /* below MAXWELL_MARK_WORDS */
    uint64_t summary_word; /* below MAXWELL_SUMMARY_WORDS */
    uint64_t anomalies;    /* marks of agents that can't exist, and bids in the name of another generation */
    uint32_t turns;        /* drains */
    uint32_t turn;         /* 12 bits made of it: the order of this drain */
    uint8_t quarantined;   /* not 0: nothing of the cells is read */
    uint8_t unused[7];
    uint64_t held[MAXWELL_MARK_WORDS]; /* which slots an agent holds */
    uint32_t holder[MAXWELL_CAPACITY]; /* generation of the agent that holds a slot, or held it last */
};

/* A drain on its way. In BPF it belongs into a map, as a global variable does: the verifier follows what stands on the stack through every
 * step, and gives up after a million instructions. */
struct maxwell_drain {
    uint64_t marks;   /* the reader's, reordered by this drain's turn */
    uint64_t words;   /* the same of its summary */
    uint32_t left;    /* cells that may still be read */
    uint32_t summary; /* words of the summary that were taken */
};

#define MAXWELL_DRAIN_ENDED 0u
#define MAXWELL_DRAIN_BID 1u     /* a bid was filled in */
#define MAXWELL_DRAIN_NOTHING 2u /* this step found none */

/* Steps that a drain of `budget` cells takes at the most. */
#define MAXWELL_DRAIN_STEPS(budget) ((budget) + MAXWELL_MARK_WORDS + 64 + MAXWELL_SUMMARY_WORDS + 1)

/* --- access to words that others write at the same time ----------------------------------------------------------------- */

#if defined(__FRAMAC__) /* which knows no builtins for atomics, and takes what volatile memory says for anything */
MAXWELL_INLINE uint64_t maxwell_load(const uint64_t* word) { return *(const volatile uint64_t*)word; }
MAXWELL_INLINE void maxwell_store(uint64_t* word, uint64_t value) { *(volatile uint64_t*)word = value; }
MAXWELL_INLINE uint64_t maxwell_take(uint64_t* word) {
    const uint64_t was = *(volatile uint64_t*)word;
    *(volatile uint64_t*)word = 0;
    return was;
}
MAXWELL_INLINE void maxwell_drop(uint64_t* word, uint64_t bits) {
    *(volatile uint64_t*)word = *(volatile uint64_t*)word & ~bits;
}
#else
#if defined(__bpf__) /* has no atomic loads and stores but those of an aligned word */
MAXWELL_INLINE uint64_t maxwell_load(const uint64_t* word) { return *(const volatile uint64_t*)word; }
MAXWELL_INLINE void maxwell_store(uint64_t* word, uint64_t value) { *(volatile uint64_t*)word = value; }
#else
MAXWELL_INLINE uint64_t maxwell_load(const uint64_t* word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
MAXWELL_INLINE void maxwell_store(uint64_t* word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }
#endif
/* Takes all bits of `word`, and takes `bits` away. Full barriers in BPF; elsewhere acquire and release. */
MAXWELL_INLINE uint64_t maxwell_take(uint64_t* word) { return __atomic_exchange_n(word, 0, __ATOMIC_ACQ_REL); }
MAXWELL_INLINE void maxwell_drop(uint64_t* word, uint64_t bits) {
    (void)__atomic_fetch_and(word, ~bits, __ATOMIC_ACQ_REL);
}
#endif

/* --- parts --------------------------------------------------------------------------------------------------------------- */

/* Swaps neighbours `shift` bits apart where bit `which` of `by` is set. Without a branch: six of them would be 64 paths for the
 * verifier. */
MAXWELL_INLINE uint64_t maxwell_swapped(uint64_t bits, uint32_t by, uint32_t which, uint64_t low) {
    const uint32_t shift = 1u << which;
    const uint64_t all = 0 - (uint64_t)(by >> which & 1);
    const uint64_t swapped = (bits >> shift & low) | (bits & low) << shift;
    return (swapped & all) | (bits & ~all);
}

/* Moves bit i to bit i ^ by; `by` counts modulo 64 (ring/detail/index_order.hpp). */
MAXWELL_INLINE uint64_t maxwell_reordered(uint64_t bits, uint32_t by) {
    bits = maxwell_swapped(bits, by, 0, 0x5555555555555555ull);
    bits = maxwell_swapped(bits, by, 1, 0x3333333333333333ull);
    bits = maxwell_swapped(bits, by, 2, 0x0F0F0F0F0F0F0F0Full);
    bits = maxwell_swapped(bits, by, 3, 0x00FF00FF00FF00FFull);
    bits = maxwell_swapped(bits, by, 4, 0x0000FFFF0000FFFFull);
    return maxwell_swapped(bits, by, 5, 0x00000000FFFFFFFFull);
}

/* Bits of word `i` of a bitmap of `bits` bits that stand for anything. */
MAXWELL_INLINE uint64_t maxwell_valid_bits(uint32_t i, uint32_t bits) {
    return bits - 64 * i >= 64 ? ~0ull : (1ull << (bits % 64)) - 1;
}

/* Leaves nothing in the cell of `slot`, and no mark of it anywhere. */
MAXWELL_INLINE void maxwell_board_empty(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                        uint32_t slot, uint32_t generation) {
    const uint32_t word = maxwell_below(slot / 64, MAXWELL_MARK_WORDS);
    const uint64_t bit = 1ull << (slot % 64);
    maxwell_store(&cells->cell[slot], (uint64_t)(generation & 0xFF) << MAXWELL_CELL_GENERATION_SHIFT);
    maxwell_drop(&cells->mark[word], bit);
    if (word == reader->mark_word) reader->marks &= ~bit;
}

/* --- what programs call ---------------------------------------------------------------------------------------------------- */

/* Does `agent` hold its slot? */
MAXWELL_INLINE int maxwell_board_holds(struct maxwell_board_reader* reader, uint64_t agent) {
    const uint32_t slot = maxwell_below((uint32_t)agent, MAXWELL_CAPACITY);
    if ((uint32_t)agent >= MAXWELL_CAPACITY) return 0;
    if ((reader->held[maxwell_below(slot / 64, MAXWELL_MARK_WORDS)] >> (slot % 64) & 1) == 0) return 0;
    return reader->holder[slot] == (uint32_t)(agent >> 32);
}

/* Gives the slot of `agent` to it, with an empty cell; an older agent of the slot is retired by that. Returns MAXWELL_OK,
 * MAXWELL_UNKNOWN_AGENT, or MAXWELL_STALE_AGENT where the slot has seen a newer generation. */
MAXWELL_INLINE uint32_t maxwell_board_admit(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                            uint64_t agent) {
    const uint32_t slot = maxwell_below((uint32_t)agent, MAXWELL_CAPACITY);
    const uint32_t generation = (uint32_t)(agent >> 32);
    if ((uint32_t)agent >= MAXWELL_CAPACITY) return MAXWELL_UNKNOWN_AGENT;
    if (maxwell_board_holds(reader, agent) &&
        maxwell_load(&cells->cell[slot]) >> MAXWELL_CELL_GENERATION_SHIFT == (generation & 0xFF))
        return MAXWELL_OK;
    if (generation < reader->holder[slot]) return MAXWELL_STALE_AGENT;
    reader->holder[slot] = generation;
    reader->held[maxwell_below(slot / 64, MAXWELL_MARK_WORDS)] |= 1ull << (slot % 64);
    maxwell_board_empty(cells, reader, slot, generation);
    return MAXWELL_OK;
}

/* The agent has left: its bids are not read any more. Call maxwell_retire of the book, too, or its last bid stays in.
 * MAXWELL_UNKNOWN_AGENT: nobody holds the slot. MAXWELL_STALE_AGENT: another agent does. */
MAXWELL_INLINE uint32_t maxwell_board_retire(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                             uint64_t agent) {
    const uint32_t slot = maxwell_below((uint32_t)agent, MAXWELL_CAPACITY);
    const uint32_t word = maxwell_below(slot / 64, MAXWELL_MARK_WORDS);
    if ((uint32_t)agent >= MAXWELL_CAPACITY || (reader->held[word] >> (slot % 64) & 1) == 0)
        return MAXWELL_UNKNOWN_AGENT;
    if (reader->holder[slot] != (uint32_t)(agent >> 32)) return MAXWELL_STALE_AGENT;
    maxwell_board_empty(cells, reader, slot, reader->holder[slot] + 1);
    reader->held[word] &= ~(1ull << (slot % 64));
    return MAXWELL_OK;
}

/* Is anything waiting? Not while quarantined. O(MAXWELL_CAPACITY / 4096). */
MAXWELL_INLINE int maxwell_board_pending(const struct maxwell_board_cells* cells,
                                         const struct maxwell_board_reader* reader) {
    uint64_t any = reader->marks | reader->summary;
    uint32_t i;
    for (i = 0; i < MAXWELL_SUMMARY_WORDS; i++) any |= maxwell_load(&cells->summary[i]);
    return reader->quarantined == 0 && any != 0;
}

/* Begins a drain of at most `budget` cells. */
MAXWELL_INLINE void maxwell_drain_begin(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                        struct maxwell_drain* drain, uint32_t budget) {
    const uint32_t word = maxwell_below((uint32_t)reader->mark_word, MAXWELL_MARK_WORDS);
    const uint32_t summary_word = maxwell_below((uint32_t)reader->summary_word, MAXWELL_SUMMARY_WORDS);
    const int pending = maxwell_board_pending(cells, reader);
    drain->left = pending ? budget : 0;
    if (!pending) return;
    drain->summary = 0;
    reader->marks &= reader->held[word];
    if (reader->marks != 0) maxwell_drop(&cells->mark[word], reader->marks);
    reader->summary &= maxwell_valid_bits(summary_word, MAXWELL_MARK_WORDS);
    reader->turn = (reader->turns++ * 2654435769u) >> 20;
    drain->marks = maxwell_reordered(reader->marks, reader->turn);
    drain->words = maxwell_reordered(reader->summary, reader->turn >> 6);
}

/* The next step. Fills in `bid` where it returns MAXWELL_DRAIN_BID; a bid of 0 units withdraws the agent's. */
MAXWELL_INLINE uint32_t maxwell_drain_step(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                           struct maxwell_drain* drain, struct maxwell_bid* bid) {
    uint64_t taken;
    uint32_t i;
    if (drain->left == 0) return MAXWELL_DRAIN_ENDED;
    if (drain->marks != 0) {
        const uint32_t bit = (maxwell_low_bit(drain->marks) ^ reader->turn) & 63;
        const uint32_t slot = maxwell_below(64 * (uint32_t)reader->mark_word + bit, MAXWELL_CAPACITY);
        const uint64_t cell = maxwell_load(&cells->cell[slot]);
        const uint32_t generation = reader->holder[slot];
        drain->left--;
        drain->marks &= drain->marks - 1;
        reader->marks &= ~(1ull << bit);
        if (cell >> MAXWELL_CELL_GENERATION_SHIFT != (generation & 0xFF)) {
            reader->anomalies++;
            return MAXWELL_DRAIN_NOTHING;
        }
        bid->agent = (uint64_t)generation << 32 | slot;
        bid->amount = (uint32_t)(cell >> MAXWELL_CELL_AMOUNT_SHIFT);
        bid->units = (uint32_t)(cell >> MAXWELL_CELL_UNITS_SHIFT) & MAXWELL_CELL_MAX_UNITS;
        return MAXWELL_DRAIN_BID;
    }
    if (drain->words != 0) {
        const uint32_t bit = (maxwell_low_bit(drain->words) ^ reader->turn >> 6) & 63;
        i = maxwell_below(64 * (uint32_t)reader->summary_word + bit, MAXWELL_MARK_WORDS);
        drain->words &= drain->words - 1;
        reader->summary &= ~(1ull << bit);
        reader->mark_word = i;
        taken = maxwell_take(&cells->mark[i]);
        reader->marks = taken & reader->held[i];
        drain->marks = maxwell_reordered(reader->marks, reader->turn);
        if ((taken & ~maxwell_valid_bits(i, MAXWELL_CAPACITY)) != 0) reader->anomalies++;
        return MAXWELL_DRAIN_NOTHING;
    }
    if (drain->summary == MAXWELL_SUMMARY_WORDS) return MAXWELL_DRAIN_ENDED;
    drain->summary++;
    i = maxwell_below((uint32_t)reader->summary_word + 1, MAXWELL_SUMMARY_WORDS);
    reader->summary_word = i;
    taken = maxwell_load(&cells->summary[i]) != 0 ? maxwell_take(&cells->summary[i]) : 0;
    reader->summary = taken & maxwell_valid_bits(i, MAXWELL_MARK_WORDS);
    drain->words = maxwell_reordered(reader->summary, reader->turn >> 6);
    if (taken != reader->summary) reader->anomalies++;
    return MAXWELL_DRAIN_NOTHING;
}

#endif /* MAXWELL_BPF_BID_BOARD_H */
