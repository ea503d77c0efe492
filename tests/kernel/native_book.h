/* SPDX-License-Identifier: MIT
 *
 * A book of bpf/ compiled for this machine's user space, under a name of its capacity and compiler. Whoever includes this defines
 * MAXWELL_CAPACITY and MAXWELL_NATIVE_BOOK, the name.
 */

#include "operations.h"

struct maxwell_native_book {
    uint64_t book_bytes;
    uint64_t cells_bytes;
    uint64_t reader_bytes;
    void (*apply)(void* book, const struct maxwell_operation* operation, struct maxwell_result* result);
    void (*serve)(void* cells, void* reader, void* book, struct maxwell_board_request* request);
};

static void apply_to_book(void* book, const struct maxwell_operation* operation, struct maxwell_result* result) {
    maxwell_apply((struct maxwell_buckets*)book, operation, result);
}

static void serve_board(void* of_cells, void* of_reader, void* book, struct maxwell_board_request* request) {
    struct maxwell_board_cells* cells = (struct maxwell_board_cells*)of_cells;
    struct maxwell_board_reader* reader = (struct maxwell_board_reader*)of_reader;
    struct maxwell_drain drain;
    uint32_t i;
    request->code = 0;
    request->steps = 0;
    if (request->kind == MAXWELL_ADMIT) {
        request->code = maxwell_board_admit(cells, reader, request->agent);
    } else if (request->kind == MAXWELL_DEPART) {
        request->code = maxwell_board_retire(cells, reader, request->agent);
    } else {
        maxwell_drain_begin(cells, reader, &drain, request->budget);
        for (i = 0; i < MAXWELL_DRAIN_STEPS(request->budget); i++) {
            if (maxwell_drain_into(cells, reader, &drain, (struct maxwell_buckets*)book, request)) break;
        }
    }
}

extern const struct maxwell_native_book MAXWELL_NATIVE_BOOK;
const struct maxwell_native_book MAXWELL_NATIVE_BOOK = {
    sizeof(struct maxwell_buckets), sizeof(struct maxwell_board_cells), sizeof(struct maxwell_board_reader),
    apply_to_book, serve_board};
