/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/types.h>

struct maxwell_proof_types {
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    int64_t e;
};

static_assert(offsetof(struct maxwell_proof_types, b) == 2, "16 bits");
static_assert(offsetof(struct maxwell_proof_types, c) == 4, "32 bits");
static_assert(sizeof(struct maxwell_proof_types) == 24, "64 bits");
