/* SPDX-License-Identifier: MIT
 *
 * The board of bids as it lies in memory that agents share with their host, for C, for BPF programs and for guests.
 *
 *     cells    one 64-bit word per agent, eight to a cache line
 *
 *              bit  63        56 55                   32 31                           0
 *                   +-----------+-----------------------+------------------------------+
 *                   | generation|         units         |            amount            |
 *                   +-----------+-----------------------+------------------------------+
 *
 *     marks    one bit per agent: its cell was written and not yet read. Agent i: bit i % 64 of word i / 64
 *     summary  one bit per word of marks: there may be a mark in it.     Word w: bit w % 64 of word w / 64
 *
 * Each part begins on a cache line of its own, in that order. Words are the machine's own, and are only ever accessed as
 * atomics. All zeros is the board without bids. maxwell::bid_cells (ring/detail/bid_cells.hpp) has this layout, and says
 * in which order an agent writes its cell, its mark and the summary, which is as much part of the interface as the layout.
 */

#ifndef MAXWELL_ABI_BID_BOARD_H
#define MAXWELL_ABI_BID_BOARD_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

/* Which layout this is. Any change to what is drawn above is another one. */
#define MAXWELL_BID_BOARD_VERSION 1

/* The fields of a cell. */
#define MAXWELL_CELL_AMOUNT_SHIFT 0      /* offered per unit, in ticks; 32 bits */
#define MAXWELL_CELL_UNITS_SHIFT 32      /* resource units wanted; 24 bits; 0 withdraws the bid */
#define MAXWELL_CELL_GENERATION_SHIFT 56 /* low 8 bits of the generation of the agent's slot */
#define MAXWELL_CELL_MAX_UNITS 0xFFFFFF  /* a bid for more units than this is refused */

/* Where the parts of a board for so many agents begin, in bytes, and how long it is. */
#define MAXWELL_BID_BOARD_LINES(bytes) (((bytes) + 63) / 64 * 64)
#define MAXWELL_BID_BOARD_WORDS(bits) (((bits) + 63) / 64)
#define MAXWELL_BID_BOARD_CELLS 0
#define MAXWELL_BID_BOARD_MARKS(agents) MAXWELL_BID_BOARD_LINES(8 * (agents))
#define MAXWELL_BID_BOARD_SUMMARY(agents) \
    (MAXWELL_BID_BOARD_MARKS(agents) + MAXWELL_BID_BOARD_LINES(8 * MAXWELL_BID_BOARD_WORDS(agents)))
#define MAXWELL_BID_BOARD_SIZE(agents)   \
    (MAXWELL_BID_BOARD_SUMMARY(agents) + \
     MAXWELL_BID_BOARD_LINES(8 * MAXWELL_BID_BOARD_WORDS(MAXWELL_BID_BOARD_WORDS(agents))))

static_assert(MAXWELL_CELL_AMOUNT_SHIFT + 32 == MAXWELL_CELL_UNITS_SHIFT, "units follow the amount");
static_assert(MAXWELL_CELL_UNITS_SHIFT + 24 == MAXWELL_CELL_GENERATION_SHIFT, "the generation follows units");
static_assert(MAXWELL_CELL_GENERATION_SHIFT + 8 == 8 * sizeof(uint64_t), "a cell is one word");
static_assert(MAXWELL_BID_BOARD_SIZE(1) == 3 * 64, "a line for each part");
static_assert(MAXWELL_BID_BOARD_MARKS(1024) == 8192 && MAXWELL_BID_BOARD_SUMMARY(1024) == 8192 + 128, "1,024 agents");
static_assert(MAXWELL_BID_BOARD_SIZE(1024) == 8192 + 128 + 64, "1,024 agents");

#endif /* MAXWELL_ABI_BID_BOARD_H */
