/* SPDX-License-Identifier: MIT
 *
 * What an agent has won and paid, in memory that the host writes and agents only read.
 *
 *     byte  0          8                    32       40       48         56      60          64
 *           +----------+--------------------+--------+--------+----------+-------+-----------+
 *           | sequence |                    | awards | units  | payments | price | generation|  copy 0
 *           +----------+--------------------+--------+--------+----------+-------+-----------+
 *           64                              96
 *           +--------+--------+----------+-------+-----------+-------------------------------+
 *           | awards | units  | payments | price | generation|                               |  copy 1
 *           +--------+--------+----------+-------+-----------+-------------------------------+
 *
 * An even `sequence` says that copy 0 is whole, an odd one copy 1; the host writes the other copy and counts `sequence` up.
 * Words are 64 bits wide and only ever accessed as atomics: `price` and `generation` are the lower and the upper half of
 * one. All zeros is an agent of generation 0 that has won nothing. A board is an array of these, by slot.
 * maxwell::outcome_board (ring/outcome_board.hpp) says in which order host and agent access the words.
 */

#ifndef MAXWELL_ABI_OUTCOME_BOARD_H
#define MAXWELL_ABI_OUTCOME_BOARD_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

/* Which layout this is. Any change to what is drawn above is another one. */
#define MAXWELL_OUTCOME_BOARD_VERSION 1

struct maxwell_outcome_copy {
    uint64_t awards;   /* how often the agent has won */
    uint64_t units;    /* resource units won so far, modulo 2^64 */
    uint64_t payments; /* ticks paid so far, modulo 2^64 */
    uint64_t last;     /* low 32 bits: price per unit of the last award; high 32 bits: generation of the agent's slot */
};

struct maxwell_outcome {
    uint64_t sequence; /* how often a copy was finished */
    uint64_t unused_front[3];
    struct maxwell_outcome_copy even; /* whole while sequence is even */
    struct maxwell_outcome_copy odd;  /* whole while sequence is odd */
    uint64_t unused_back[4];
};

static_assert(sizeof(struct maxwell_outcome) == 128, "two cache lines, so that no agent's outcome shares one");
static_assert(offsetof(struct maxwell_outcome, sequence) == 0, "the sequence comes first");
static_assert(offsetof(struct maxwell_outcome, even) == 32, "a copy is in one line with the sequence");
static_assert(offsetof(struct maxwell_outcome, odd) == 64, "and the other in the next line");

#endif /* MAXWELL_ABI_OUTCOME_BOARD_H */
