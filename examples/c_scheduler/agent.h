/* SPDX-License-Identifier: MIT
 *
 * An agent's side in C, from abi/ alone: bid by a board, and read what became of it. The orders are those of ring/detail/bid_cells.hpp
 * and ring/outcome_board.hpp.
 */

#ifndef AGENT_H
#define AGENT_H

#include <maxwell/abi/bid_board.h>
#include <maxwell/abi/outcome_board.h>

/* Makes this the agent's newest bid. 0: the host has given the slot to another agent. Never waits. */
static int agent_submit(void* board, uint32_t agents, uint32_t slot, uint32_t generation, uint32_t amount,
                        uint32_t units) {
    uint64_t* cell = (uint64_t*)board + slot;
    uint64_t* marks = (uint64_t*)((char*)board + MAXWELL_BID_BOARD_MARKS(agents));
    uint64_t* summary = (uint64_t*)((char*)board + MAXWELL_BID_BOARD_SUMMARY(agents));
    const uint64_t word = (uint64_t)amount << MAXWELL_CELL_AMOUNT_SHIFT | (uint64_t)units << MAXWELL_CELL_UNITS_SHIFT |
                          (uint64_t)(generation & 0xFF) << MAXWELL_CELL_GENERATION_SHIFT;
    uint64_t held = __atomic_load_n(cell, __ATOMIC_RELAXED);
    if (held >> MAXWELL_CELL_GENERATION_SHIFT != (generation & 0xFF)) return 0;
    if (!__atomic_compare_exchange_n(cell, &held, word, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
        held >> MAXWELL_CELL_GENERATION_SHIFT != (generation & 0xFF)) {
        return 0;
    }
    __atomic_fetch_or(&marks[slot / 64], (uint64_t)1 << slot % 64, __ATOMIC_ACQ_REL);
    const uint64_t bit = (uint64_t)1 << slot / 64 % 64;
    if (!(__atomic_load_n(&summary[slot / 4096], __ATOMIC_RELAXED) & bit)) {
        __atomic_fetch_or(&summary[slot / 4096], bit, __ATOMIC_RELAXED);
    }
    return 1;
}

/* What the agent of `slot` has won so far, all of it as of one moment. 0: the host was at work there each time; ask again. */
static int agent_read(void const* outcomes, uint32_t slot, struct maxwell_outcome_copy* won) {
    struct maxwell_outcome const* mine = (struct maxwell_outcome const*)outcomes + slot;
    for (int i = 0; i < 4; ++i) {
        const uint64_t sequence = __atomic_load_n(&mine->sequence, __ATOMIC_ACQUIRE);
        struct maxwell_outcome_copy const* copy = sequence % 2 ? &mine->odd : &mine->even;
        won->awards = __atomic_load_n(&copy->awards, __ATOMIC_ACQUIRE);
        won->units = __atomic_load_n(&copy->units, __ATOMIC_ACQUIRE);
        won->payments = __atomic_load_n(&copy->payments, __ATOMIC_ACQUIRE);
        won->last = __atomic_load_n(&copy->last, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&mine->sequence, __ATOMIC_RELAXED) == sequence) return 1;
    }
    return 0;
}

#endif
