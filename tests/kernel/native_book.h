/* SPDX-License-Identifier: MIT
 *
 * A book of bpf/ compiled for this machine's user space, under a name of its capacity and compiler. Whoever includes this defines
 * MAXWELL_CAPACITY and MAXWELL_NATIVE_BOOK, the name.
 */

#include "operations.h"

struct maxwell_native_book {
    uint64_t bytes;
    void (*apply)(void* book, const struct maxwell_operation* operation, struct maxwell_result* result);
};

static void apply_to_book(void* book, const struct maxwell_operation* operation, struct maxwell_result* result) {
    maxwell_apply((struct maxwell_buckets*)book, operation, result);
}

extern const struct maxwell_native_book MAXWELL_NATIVE_BOOK;
const struct maxwell_native_book MAXWELL_NATIVE_BOOK = {sizeof(struct maxwell_buckets), apply_to_book};
