/* SPDX-License-Identifier: MIT
 *
 * A market for programs in C, in Rust, or in anything that calls C. One file in C++ instantiates it (c_market.hpp); this header declares
 * what the others call, under a name of their choice:
 *
 *     market.cpp      MAXWELL_C_MARKET_DEFINE(cpu, market<stratified_buckets<1000>, 2, ledger<1000>>)
 *     scheduler.c     MAXWELL_C_MARKET(cpu)               declares cpu_size, cpu_admit, cpu_take, cpu_decide, cpu_charge, ...
 *
 * Memory is the caller's: `struct NAME`, a board of bids and a board of outcomes are zeroed bytes at a multiple of 64, as long as
 * NAME_size, NAME_board_size and NAME_outcomes_size say. Boards have the layouts of abi/, for agents in other processes and guests, which
 * need abi/ alone. Nothing allocates, nothing waits, one thread at a time calls for one market. What each call means, market.hpp says.
 */

#ifndef MAXWELL_HOST_C_MARKET_H
#define MAXWELL_HOST_C_MARKET_H

#include <maxwell/abi/bid.h>
#include <maxwell/abi/types.h> /* fixed-width integers, size_t */

/* The winner's bid, and what it pays per unit. */
struct maxwell_award {
    struct maxwell_bid winner;
    uint32_t payment;
};

/* The result of a request, by the numbers of maxwell::status. Only a request that returns maxwell_ok has an effect. */
enum maxwell_result {
    maxwell_ok,
    maxwell_unknown_agent,   /* the slot is not below the capacity */
    maxwell_stale_agent,     /* the agent has retired, or its slot has a successor */
    maxwell_no_bid,          /* nothing to withdraw */
    maxwell_unknown_lane,    /* there is no such lane */
    maxwell_unknown_account, /* there is no such account, it isn't open, or its terms are not allowed */
    maxwell_too_many_units,  /* more units than this source of bids can carry */
    maxwell_busy             /* somebody else was at work there every time */
};

/* Why no agent runs, by the numbers of maxwell::quiet. */
enum maxwell_quiet {
    maxwell_runs, /* somebody does */
    maxwell_idle,
    maxwell_reserve,
    maxwell_power,
    maxwell_closed
};

/* Everything under one name. The generation of an agent id is its upper half. */
#define MAXWELL_C_MARKET(name)                                                                                      \
    struct name;                                                                                                    \
    size_t name##_size(void);                                                                                       \
    size_t name##_board_size(void);                                                                                 \
    size_t name##_outcomes_size(void);                                                                              \
    enum maxwell_result name##_open_account(struct name*, uint32_t account, uint64_t credits_per_ms, uint64_t most, \
                                            uint64_t now_ns);                                                       \
    uint64_t name##_balance(struct name const*, uint32_t account);                                                  \
    enum maxwell_result name##_admit(struct name*, void* board, void* outcomes, uint64_t agent, uint32_t lane,      \
                                     uint32_t account);                                                             \
    enum maxwell_result name##_retire(struct name*, void* board, uint64_t agent);                                   \
    enum maxwell_result name##_wake(struct name*, uint64_t agent, uint64_t now_ns);                                 \
    enum maxwell_result name##_block(struct name*, uint64_t agent);                                                 \
    enum maxwell_result name##_offer(struct name*, struct maxwell_bid const*);                                      \
    size_t name##_take(struct name*, void* board, size_t budget);                                                   \
    enum maxwell_result name##_schedule(struct name*, uint32_t base_price,                                          \
                                        uint32_t const* multiplier_of_each_lane_q16, uint64_t start_ns);            \
    enum maxwell_quiet name##_decide(struct name*, uint32_t core, uint64_t now_ns, struct maxwell_award* award);    \
    int name##_charge(struct name*, void* outcomes, uint32_t core, uint64_t used_units, uint32_t drawn_mw,          \
                      struct maxwell_award* paid)

#endif /* MAXWELL_HOST_C_MARKET_H */
