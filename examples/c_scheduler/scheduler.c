/* SPDX-License-Identifier: MIT
 *
 * A scheduler in C: three agents bid by a board, a market in C++ decides, and each agent reads what it won and paid. Then what the border
 * between C and C++ costs.
 */

#include "agent.h"

#include <maxwell/host/c_market.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

MAXWELL_C_MARKET(cpu);
unsigned cpu_quanta_in_cpp(struct cpu*, void* outcomes, unsigned count, uint64_t now_ns);

enum { agents = 1000, slice_us = 500, quanta = 200000 };

static void* zeroed(size_t bytes) {
    void* memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (memory == NULL) exit(2);
    return memset(memory, 0, bytes);
}

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static unsigned quanta_in_c(struct cpu* m, void* outcomes, unsigned count, uint64_t now_ns) {
    unsigned awarded = 0;
    for (unsigned i = 0; i < count; ++i) {
        struct maxwell_award award;
        cpu_charge(m, outcomes, 0, slice_us, 0, &award);
        awarded += cpu_decide(m, 0, now_ns += 100000, &award) == maxwell_runs;
    }
    return awarded;
}

/* The best of ten turns each, since anything else that runs makes a turn longer and nothing makes it shorter. */
static void measure(struct cpu* m, void* outcomes) {
    double best[2] = {1e9, 1e9};
    unsigned awarded = 0;
    for (int turn = 0; turn < 20; ++turn) {
        const uint64_t begin = clock_ns();
        awarded += (turn % 2 ? cpu_quanta_in_cpp : quanta_in_c)(m, outcomes, quanta / 10, 1000000);
        const double ns = (double)(clock_ns() - begin) / (quanta / 10);
        if (ns < best[turn % 2]) best[turn % 2] = ns;
    }
    if (awarded <
        2 * quanta - 1) { /* at first nobody runs, so the first charge finds nothing; a decision always has a winner */
        printf("only %u of %u decisions had a winner: something else was measured\n", awarded, 2 * quanta);
        exit(1);
    }
    const double more = (best[0] - best[1]) / 2;
    printf("%u quanta: a charge and a decision take %.1f ns from C, %.1f ns from C++\n", awarded, best[0], best[1]);
    printf("goal: at most 5 ns more a call: %.1f ns, %s\n", more, more <= 5 ? "met" : "MISSED");
}

int main(void) {
    struct cpu* m = zeroed(cpu_size());
    void* board = zeroed(cpu_board_size());
    void* outcomes = zeroed(cpu_outcomes_size());
    static char const* names[] = {"database", "build", "backup"};
    static const uint32_t worth[] = {900, 400, 30};

    for (uint32_t a = 0; a < 3; ++a) {
        cpu_open_account(m, a, 1000000, (uint64_t)1 << 50, 0);
        if (cpu_admit(m, board, outcomes, a, a / 2, a) != maxwell_ok) return 1;
        cpu_wake(m, a, 0);
        agent_submit(board, agents, a, 0, worth[a], slice_us); /* in another process, over memory that both map */
    }
    static const uint32_t multipliers[] = {1 << 16, 2 << 16}; /* the backup's lane costs twice as much */
    cpu_schedule(m, 10, multipliers, 0);

    uint64_t now_ns = 0;
    for (int quantum = 0; quantum < 3; ++quantum) {
        struct maxwell_award award;
        printf("took %zu bids; ", cpu_take(m, board, 16));
        if (cpu_decide(m, 0, now_ns += 500000, &award) != maxwell_runs) return 1;
        const uint32_t slot = (uint32_t)award.winner.agent;
        printf("%s runs at %u ticks a microsecond\n", names[slot], award.payment);
        cpu_charge(m, outcomes, 0, slice_us, 0, &award);
        cpu_block(m, slot); /* it waits for something, so the next best agent is next */
    }
    for (uint32_t a = 0; a < 3; ++a) {
        struct maxwell_outcome_copy won;
        if (!agent_read(outcomes, a, &won)) return 1;
        printf("%-8s won %llu times and paid %llu\n", names[a], (unsigned long long)won.awards,
               (unsigned long long)won.payments);
    }
    struct maxwell_award none;
    printf("all blocked: %s; an agent that nobody knows: %s\n",
           cpu_decide(m, 0, now_ns, &none) == maxwell_idle ? "idle" : "?",
           cpu_wake(m, 5000, now_ns) == maxwell_unknown_agent ? "refused" : "?");
    cpu_retire(m, board, 1);
    printf("the build has left: its bid is %s\n", agent_submit(board, agents, 1, 0, 999, 1) ? "taken" : "refused");

    cpu_wake(m, 0, now_ns);
    cpu_wake(m, 2, now_ns);
    measure(m, outcomes);
    return 0;
}
