/* SPDX-License-Identifier: MIT
 *
 * maxwell_price_page: the next ten milliseconds of prices as they lie in shared memory, for readers in C, in other
 * processes and in guests.
 *
 *     byte  0                     64                                              64 + bank size
 *           +---------------------+-----------------------------------------------+--------------------------------+
 *           | page: latest, lanes | bank 0: | lane 0 | lane 1 | ... | lane L - 1 | bank 1: the same                |
 *           +---------------------+-----------------------------------------------+--------------------------------+
 *             one line of 64        a line    a line per lane
 *
 * Version v lies in bank v & 1. How to read it, with C11's orders (every field is read as an atomic of its own size):
 *
 *     1  v = page.latest, acquire; 0: nothing was published yet. layout and lanes must be those that the reader knows.
 *     2  the fields wanted of bank v & 1, acquire each, to a private copy
 *     3  bank[v & 1].version, relaxed, equals v: the copy is version v, whole. Otherwise a newer version is there: from 1.
 *
 * thermal/price_page.hpp writes it and says why that is enough; thermal/price_schedule.hpp says what the fields mean at
 * which time. Byte order is the machine's. Fields called reserved are 0.
 */

#ifndef MAXWELL_ABI_PRICE_PAGE_H
#define MAXWELL_ABI_PRICE_PAGE_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

#define MAXWELL_PRICE_LAYOUT 1u      /* names this layout and the constants below */
#define MAXWELL_PRICE_STEPS 10u      /* steps of a horizon */
#define MAXWELL_PRICE_STEP_SHIFT 20u /* a step takes 2^20 ns, a horizon 10.49 ms */
#define MAXWELL_PRICE_HOLD_STEPS 10u /* so long after its end a horizon's last multiplier still holds */
#define MAXWELL_PRICE_DECAY_SHIFT 4u /* and then it takes 2^4 steps to the safe one */

/* One lane, one line. Multipliers are Q16.16: 65536 is 1. */
struct maxwell_price_lane {
    uint32_t multiplier_q16[MAXWELL_PRICE_STEPS]; /* of each step; 0 in a lane that was never set */
    uint32_t safe_q16;                            /* where the multiplier ends when no new schedule comes */
    uint32_t reserved[5];
};

/* What begins each of the two banks; its lanes follow. */
struct maxwell_price_bank {
    uint64_t version;    /* of what stands in this bank, or is being written into it */
    uint64_t start_ns;   /* when the first step begins, on the clock that writer and readers have agreed on */
    uint64_t end_ns;     /* when the last step ends */
    uint32_t base_price; /* ticks per unit at a multiplier of 1 */
    uint32_t reserved[9];
};

/* What begins the page; the two banks follow. It lies at a multiple of 64 bytes. */
struct maxwell_price_page {
    uint64_t latest; /* the version to read; 0: nothing was published yet */
    uint32_t layout; /* MAXWELL_PRICE_LAYOUT; 0 before the first version */
    uint32_t lanes;  /* of each bank */
    uint32_t reserved[12];
};

/* Where the bank of a version begins in a page of so many lanes, in bytes. Take `lanes` from your own knowledge of what is
 * mapped, not from the page: then no content of the page leads out of the mapping. */
static inline uint64_t maxwell_price_bank_offset(uint64_t version, uint32_t lanes) {
    const uint64_t bank = sizeof(struct maxwell_price_bank) + (uint64_t)lanes * sizeof(struct maxwell_price_lane);
    return sizeof(struct maxwell_price_page) + (version & 1u) * bank;
}

static_assert(sizeof(struct maxwell_price_lane) == 64, "a lane fills a line");
static_assert(offsetof(struct maxwell_price_lane, safe_q16) == 40, "the safe multiplier follows the steps");
static_assert(sizeof(struct maxwell_price_bank) == 64, "a bank begins with a line");
static_assert(offsetof(struct maxwell_price_bank, base_price) == 24, "times first, then the price");
static_assert(sizeof(struct maxwell_price_page) == 64, "the page begins with a line");
static_assert(offsetof(struct maxwell_price_page, layout) == 8, "the version comes first");

#endif /* MAXWELL_ABI_PRICE_PAGE_H */
