/* SPDX-License-Identifier: MIT
 *
 * A producer in C, for a kernel or a guest. `sent` and `count` are its own memory.
 */

#include <maxwell/abi/mailbox.h>

void maxwell_proof_submit(struct maxwell_mailbox* to, uint64_t sent[MAXWELL_MAILBOX_CELLS], uint64_t* count,
                          uint32_t cell, uint32_t amount, uint32_t units);
void maxwell_proof_submit(struct maxwell_mailbox* to, uint64_t sent[MAXWELL_MAILBOX_CELLS], uint64_t* count,
                          uint32_t cell, uint32_t amount, uint32_t units) {
    if (cell >= MAXWELL_MAILBOX_CELLS || units > MAXWELL_LETTER_MAX_UNITS) return;
    const uint64_t number = ++sent[cell];
    const uint64_t letter = number << MAXWELL_LETTER_SEQUENCE_SHIFT | (uint64_t)units << MAXWELL_LETTER_UNITS_SHIFT |
                            (uint64_t)amount << MAXWELL_LETTER_AMOUNT_SHIFT;
    __atomic_store_n(&to->number[cell], number, __ATOMIC_RELEASE);
    __atomic_store_n(&to->cell[cell], letter, __ATOMIC_RELEASE);
    __atomic_store_n(&to->count, ++*count, __ATOMIC_RELEASE);
}
