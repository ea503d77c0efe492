/* SPDX-License-Identifier: GPL-2.0 OR MIT
 *
 * What scx_maxwell's program and its loader agree on: the contents of their maps.
 */
#ifndef MAXWELL_EXAMPLES_SCX_MAXWELL_H
#define MAXWELL_EXAMPLES_SCX_MAXWELL_H

#include <maxwell/abi/types.h>

/* Of every map's layout. The loader and another program that opens the pinned maps refuse another one. */
#define SCX_MAXWELL_VERSION 1u

#define SCX_MAXWELL_GROUPS 256 /* accounts; 0 is nobody's */
#define SCX_MAXWELL_CPUS 64    /* CPUs with a book of their own; the others share them */

#define SCX_MAXWELL_SLICE_NS 5000000
#define SCX_MAXWELL_STARVATION_NS 1000000000

/* Set by the loader before the scheduler is attached. */
struct scx_settings {
    uint32_t version;
    uint32_t paced; /* 0: the highest bid runs; 1: a group's bid is its weight */
    uint32_t bonus; /* ticks that the running task's bid is raised by: what a switch is worth */
    uint32_t
        misbehave; /* for tests, to groups that bid less than 1,000: 1 drops tasks, 2 inserts into a queue that isn't
                               there, 3 never serves them */
    uint64_t slice_ns;
    uint64_t starvation_ns; /* a task that has waited for so long runs next, whatever it bids */
};

/* A group's account: a thread group's or a cgroup's. The loader writes bid and lane at any time; the program writes the rest. */
struct scx_account {
    uint32_t bid; /* ticks per unit; 0: the group doesn't bid, and gets a fair share */
    uint32_t lane;
    uint32_t weight; /* of a group that doesn't bid, 100: that of a task of nice 0 */
    uint32_t unused;
    uint64_t virtual_ns; /* time used, divided by the weight */
    uint64_t ran_ns;
    uint64_t awards;
    uint64_t paid; /* the critical price times nanoseconds run */
};

struct scx_counts {
    uint64_t enqueued, awards, keeps, steals, starving, drained, moved, gone, without_slot, preempted;
};

/* A task whose group doesn't bid bids 1 to 255, by a tick for each millisecond of its fair share that it lacks; 128 if it lacks nothing.
 * So bids from 256 on outrank all of them. Tiers are one tick wide up to there. */
#define SCX_MAXWELL_SHARES_BELOW 256u

#endif /* MAXWELL_EXAMPLES_SCX_MAXWELL_H */
