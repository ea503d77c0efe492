/* SPDX-License-Identifier: MIT
 *
 * What stands at the beginning of memory that several programs share, so that none of them takes it for something else.
 *
 *     byte  0              8            12        16     20        24       32      40       48               64
 *           +--------------+------------+---------+------+---------+--------+-------+--------+----------------+
 *           | magic        | byte_order | version | kind | layout  | count  | size  | offset | 0              |
 *           +--------------+------------+---------+------+---------+--------+-------+--------+----------------+
 *           4096                                                                                  4096 + size
 *           +-------------------------------------------------------------------------------------+
 *           | one object of that kind, layout, count and size                                     |
 *           +-------------------------------------------------------------------------------------+
 *
 * The magic is written last: a region that is just being made has none. Nothing reads the header again after opening, so a
 * peer that overwrites it later has no effect.
 */

#ifndef MAXWELL_ABI_REGION_H
#define MAXWELL_ABI_REGION_H

#include <maxwell/abi/types.h> /* fixed-width integers, offsetof, static_assert */

#define MAXWELL_REGION_MAGIC "maxwell" /* with the zero at its end, 8 bytes */
#define MAXWELL_REGION_BYTE_ORDER 0x01020304
#define MAXWELL_REGION_VERSION 1
#define MAXWELL_REGION_OFFSET 4096 /* where the object begins, unless it is aligned to more */

/* What a region holds. */
#define MAXWELL_REGION_BID_CELLS 1       /* abi/bid_board.h, alone: for agents that the host does not trust */
#define MAXWELL_REGION_BID_BOARD 2       /* maxwell::bid_board: the same with the host's side behind it */
#define MAXWELL_REGION_OUTCOME_BOARD 3   /* abi/outcome_board.h */
#define MAXWELL_REGION_PRICE_PAGE 4      /* abi/price_page.h */
#define MAXWELL_REGION_SPSC_RING 5       /* maxwell::spsc_ring */
#define MAXWELL_REGION_AGENT_RING 6      /* maxwell::agent_ring */
#define MAXWELL_REGION_MPSC_RING 7       /* maxwell::mpsc_ring; bids are abi/wire_bid.h */
#define MAXWELL_REGION_WAKEUP 8          /* maxwell::wakeup */
#define MAXWELL_REGION_PUBLISHED 9       /* maxwell::published */
#define MAXWELL_REGION_MAILBOX 10        /* abi/mailbox.h */
#define MAXWELL_REGION_ROSTER 11         /* maxwell::roster */
#define MAXWELL_REGION_MAILBOX_READER 12 /* maxwell::mailbox_reader */
#define MAXWELL_REGION_USER 65536        /* from here on: whatever a user defines */

struct maxwell_region_header {
    uint8_t magic[8];
    uint32_t byte_order; /* MAXWELL_REGION_BYTE_ORDER, as the machine that made the region writes it */
    uint32_t version;    /* of this header */
    uint32_t kind;       /* what the object is */
    uint32_t layout;     /* version of the object's layout */
    uint64_t count;      /* agents, lanes, or records: what the object is a template of */
    uint64_t size;       /* bytes of the object */
    uint64_t offset;     /* where it begins, from the start of the region */
    uint64_t unused[2];
};

static_assert(sizeof(struct maxwell_region_header) == 64, "one cache line");
static_assert(offsetof(struct maxwell_region_header, kind) == 16, "kind follows the version");
static_assert(offsetof(struct maxwell_region_header, offset) == 40, "the offset is the last word in use");

#endif /* MAXWELL_ABI_REGION_H */
