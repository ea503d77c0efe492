/* SPDX-License-Identifier: MIT
 *
 * Operations on a book and on a board, and what came of them, for C, for BPF programs and for the C++ that compares them.
 */

#ifndef MAXWELL_TESTS_KERNEL_OPERATIONS_H
#define MAXWELL_TESTS_KERNEL_OPERATIONS_H

#include <maxwell/bpf/bid_board.h>
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

enum maxwell_board_request_kind { MAXWELL_ADMIT, MAXWELL_DEPART, MAXWELL_DRAIN };

/* What the host side of a board is asked. */
struct maxwell_board_request {
    uint64_t kind;
    uint64_t agent; /* of an admission or a departure */
    uint64_t code;  /* its status; of a drain, how many bids it gave */
    uint32_t budget;
    uint32_t steps; /* that the drain took */
};

/* One step of a drain into a book. Returns 1 when the drain has ended. */
MAXWELL_INLINE int maxwell_drain_into(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                                      struct maxwell_drain* drain, struct maxwell_buckets MAXWELL_SPACE* book,
                                      struct maxwell_board_request* request) {
    struct maxwell_bid bid = {0, 0, 0};
    const uint32_t step = maxwell_drain_step(cells, reader, drain, &bid);
    if (step == MAXWELL_DRAIN_ENDED) return 1;
    request->steps++;
    if (step == MAXWELL_DRAIN_BID) {
        request->code++;
        maxwell_insert(book, bid);
    }
    return 0;
}

#endif /* MAXWELL_TESTS_KERNEL_OPERATIONS_H */
