/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/bid_board.h>

uint64_t maxwell_proof_bid_cell(uint64_t amount, uint64_t units, uint64_t generation);
uint64_t maxwell_proof_bid_cell(uint64_t amount, uint64_t units, uint64_t generation) {
    return amount << MAXWELL_CELL_AMOUNT_SHIFT | (units & MAXWELL_CELL_MAX_UNITS) << MAXWELL_CELL_UNITS_SHIFT |
           generation << MAXWELL_CELL_GENERATION_SHIFT;
}
