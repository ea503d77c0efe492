/* SPDX-License-Identifier: MIT
 *
 * One operation on a book and what came of it, for C, for BPF programs and for the C++ that compares them.
 */

#ifndef MAXWELL_TESTS_KERNEL_OPERATIONS_H
#define MAXWELL_TESTS_KERNEL_OPERATIONS_H

#include <maxwell/bpf/stratified_buckets.h>

enum maxwell_operation_kind {
    MAXWELL_INSERT,
    MAXWELL_EXPIRE,
    MAXWELL_RETIRE,
    MAXWELL_TOP,
    MAXWELL_EXTRACT_MAX,
    MAXWELL_UPDATE_PRICE
};

struct maxwell_operation {
    struct maxwell_bid bid; /* whole for an insert, its agent for expire and retire, its amount for update_price */
    uint64_t kind;
};

struct maxwell_result {
    struct maxwell_award award; /* of a decision; zeroed where nobody wins */
    uint64_t code;              /* the status of a request, whether a decision has a winner */
};

/* What a program is given and gives back at a time. */
#define MAXWELL_BATCH 1000
struct maxwell_batch {
    uint64_t next; /* operation of this batch */
    struct maxwell_operation operation[MAXWELL_BATCH];
    struct maxwell_result result[MAXWELL_BATCH];
};

MAXWELL_INLINE void maxwell_apply(MAXWELL_BOOK book, const struct maxwell_operation* operation,
                                  struct maxwell_result* result) {
    struct maxwell_award award = {{0, 0, 0}, 0};
    uint64_t code = 0;
    switch (operation->kind) {
        case MAXWELL_INSERT:
            code = maxwell_insert(book, operation->bid);
            break;
        case MAXWELL_EXPIRE:
            code = maxwell_expire(book, operation->bid.agent);
            break;
        case MAXWELL_RETIRE:
            code = maxwell_retire(book, operation->bid.agent);
            break;
        case MAXWELL_TOP:
            code = (uint64_t)maxwell_top(book, &award);
            break;
        case MAXWELL_EXTRACT_MAX:
            code = (uint64_t)maxwell_extract_max(book, &award);
            break;
        default:
            maxwell_update_price(book, operation->bid.amount);
            break;
    }
    result->award = award;
    result->code = code;
}

#endif /* MAXWELL_TESTS_KERNEL_OPERATIONS_H */
