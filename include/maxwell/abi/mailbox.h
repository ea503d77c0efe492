/* SPDX-License-Identifier: MIT
 *
 * A mailbox as it lies in memory that one producer shares with its host, for C, for BPF programs and for guests.
 *
 *     byte  0                64                              576                            1088
 *           +-------+--------+-------------------------------+-------------------------------+
 *           | count | unused | cell[64], a word each         | number[64], a word each       |
 *           +-------+--------+-------------------------------+-------------------------------+
 *
 *     cell, bit  63        56 55                   32 31                           0
 *                +-----------+-----------------------+------------------------------+
 *                | sequence  |         units         |            amount            |
 *                +-----------+-----------------------+------------------------------+
 *
 * The producer submits for cell i by three stores, each a release, in this order: number[i], how often it has submitted for
 * this cell, counted from 1; cell[i], whose sequence is the low 8 bits of that; count, how often it has submitted at all. It
 * never loads any of these words. Words are the machine's own and only ever accessed as atomics. All zeros is the mailbox in
 * which there was never anything. maxwell::mailbox_cells (ring/detail/mailbox_cells.hpp) has this layout.
 */

#ifndef MAXWELL_ABI_MAILBOX_H
#define MAXWELL_ABI_MAILBOX_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

/* Which layout this is. Any change to what is drawn above is another one. */
#define MAXWELL_MAILBOX_VERSION 1

#define MAXWELL_MAILBOX_CELLS 64 /* agents of one producer */

/* The fields of a cell. */
#define MAXWELL_LETTER_AMOUNT_SHIFT 0    /* offered per unit, in ticks; 32 bits */
#define MAXWELL_LETTER_UNITS_SHIFT 32    /* resource units wanted; 24 bits; 0 withdraws the bid */
#define MAXWELL_LETTER_SEQUENCE_SHIFT 56 /* low 8 bits of the cell's number */
#define MAXWELL_LETTER_MAX_UNITS 0xFFFFFF

struct maxwell_mailbox {
    uint64_t count;
    uint64_t unused[7];
    uint64_t cell[MAXWELL_MAILBOX_CELLS];
    uint64_t number[MAXWELL_MAILBOX_CELLS];
};

static_assert(offsetof(struct maxwell_mailbox, cell) == 64, "the count has a line of its own");
static_assert(offsetof(struct maxwell_mailbox, number) == 576, "numbers follow the cells");
static_assert(sizeof(struct maxwell_mailbox) == 1088, "17 cache lines");

#endif /* MAXWELL_ABI_MAILBOX_H */
