// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Boards in mmap'ed array maps: agents store their bids, a program drains them into a book. Each run of `serve` answers the next
 * request of a batch. `serve_neighbours` is a scheduler's round with two boards of agents that don't trust each other.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "operations.h"

#define MAP_OF(name, struct_type)          \
    struct {                               \
        __uint(type, BPF_MAP_TYPE_ARRAY);  \
        __uint(map_flags, BPF_F_MMAPABLE); \
        __uint(max_entries, 1);            \
        __type(key, __u32);                \
        __type(value, struct_type);        \
    } name SEC(".maps")

struct requests {
    __u64 next;
    struct maxwell_board_request request[MAXWELL_BATCH];
};

MAP_OF(requests, struct requests);
MAP_OF(cells, struct maxwell_board_cells);
MAP_OF(reader, struct maxwell_board_reader);
MAP_OF(cells_2, struct maxwell_board_cells);
MAP_OF(reader_2, struct maxwell_board_reader);
MAP_OF(book, struct maxwell_buckets);

struct context {
    struct maxwell_board_cells* cells;
    struct maxwell_board_reader* reader;
    struct maxwell_buckets* book;
    struct maxwell_board_request* request;
};

/* In a map like all globals: the verifier doesn't follow what stands there, so every step looks the same to it. */
struct maxwell_drain on_its_way;

static long step(__u32 i, void* of) {
    struct context* c = of;
    return maxwell_drain_into(c->cells, c->reader, &on_its_way, c->book, c->request);
}

static __always_inline void drain(struct context* c) {
    __u32 budget = c->request->budget;
    if (budget > 1024) budget = 1024;
    maxwell_drain_begin(c->cells, c->reader, &on_its_way, budget);
    bpf_loop(MAXWELL_DRAIN_STEPS(budget), step, c, 0);
}

SEC("tc")
int serve(struct __sk_buff* packet) {
    __u32 first = 0;
    struct requests* all = bpf_map_lookup_elem(&requests, &first);
    struct context c = {.cells = bpf_map_lookup_elem(&cells, &first),
                        .reader = bpf_map_lookup_elem(&reader, &first),
                        .book = bpf_map_lookup_elem(&book, &first)};
    if (!all || !c.cells || !c.reader || !c.book) return 1;
    c.request = &all->request[maxwell_below(all->next, MAXWELL_BATCH)];
    all->next++;
    c.request->code = 0;
    c.request->steps = 0;
    if (c.request->kind == MAXWELL_ADMIT)
        c.request->code = maxwell_board_admit(c.cells, c.reader, c.request->agent);
    else if (c.request->kind == MAXWELL_DEPART)
        c.request->code = maxwell_board_retire(c.cells, c.reader, c.request->agent);
    else
        drain(&c);
    return 0;
}

SEC("tc")
int serve_neighbours(struct __sk_buff* packet) {
    __u32 first = 0;
    struct requests* all = bpf_map_lookup_elem(&requests, &first);
    struct context a = {.cells = bpf_map_lookup_elem(&cells, &first),
                        .reader = bpf_map_lookup_elem(&reader, &first),
                        .book = bpf_map_lookup_elem(&book, &first)};
    struct context b = {.cells = bpf_map_lookup_elem(&cells_2, &first),
                        .reader = bpf_map_lookup_elem(&reader_2, &first)};
    if (!all || !a.cells || !a.reader || !a.book || !b.cells || !b.reader) return 1;
    b.book = a.book;
    a.request = &all->request[0];
    b.request = &all->request[1];
    if (maxwell_board_pending(a.cells, a.reader)) drain(&a);
    if (maxwell_board_pending(b.cells, b.reader)) drain(&b);
    all->next++;
    return 0;
}

SEC("tc")
int nothing(struct __sk_buff* packet) { return 0; }

/* What an empty drain costs a quantum. */
SEC("tc")
int drain_if_pending(struct __sk_buff* packet) {
    __u32 first = 0;
    struct requests* all = bpf_map_lookup_elem(&requests, &first);
    struct context c = {.cells = bpf_map_lookup_elem(&cells, &first),
                        .reader = bpf_map_lookup_elem(&reader, &first),
                        .book = bpf_map_lookup_elem(&book, &first)};
    if (!all || !c.cells || !c.reader || !c.book) return 1;
    c.request = &all->request[0];
    if (maxwell_board_pending(c.cells, c.reader)) drain(&c);
    return 0;
}

char program_license[] SEC("license") = "Dual MIT/GPL";
