/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/outcome_board.h>

uint64_t maxwell_proof_awards(struct maxwell_outcome const* o);
uint64_t maxwell_proof_awards(struct maxwell_outcome const* o) {
    return o->sequence % 2 == 0 ? o->even.awards : o->odd.awards;
}
