// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What is timed of the book in BPF: an empty program, the draws alone, and one quantum of two or three operations, in an array map, in
 * one under a bpf_spin_lock, or (BOOK_IN_ARENA) in an arena. Each run of a program is one quantum.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifdef BOOK_IN_ARENA
#define MAXWELL_SPACE __attribute__((address_space(1)))
#endif
#include <maxwell/bpf/stratified_buckets.h>

struct bench_state {
    __u64 seed;
    __u64 agents;
    __u64 sum; /* of payments: what nobody reads is not computed */
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bench_state);
} state SEC(".maps");

static __always_inline __u64 draw(struct bench_state* s) {
    __u64 x = s->seed;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return s->seed = x;
}

static __always_inline struct bench_state* find_state(void) {
    __u32 first = 0;
    return bpf_map_lookup_elem(&state, &first);
}

/* The winner leaves and bids again. */
static __always_inline void two_operations(MAXWELL_BOOK book, struct bench_state* s) {
    struct maxwell_award award;
    if (maxwell_extract_max(book, &award)) {
        award.winner.amount = draw(s) >> 40;
        maxwell_insert(book, award.winner);
        s->sum += award.payment;
    }
}

/* An agent replaces its bid, the best is extracted with its payment and bids again. */
static __always_inline void three_operations(MAXWELL_BOOK book, struct bench_state* s) {
    const __u64 random = draw(s);
    struct maxwell_bid bid = {((random >> 32) * s->agents) >> 32, (__u32)random >> 8, 1};
    maxwell_insert(book, bid);
    two_operations(book, s);
}

#ifdef BOOK_IN_ARENA
struct {
    __uint(type, 33);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 512); /* pages */
} book SEC(".maps");
void MAXWELL_SPACE* bpf_arena_alloc_pages(void* map, void MAXWELL_SPACE* at, __u32 pages, int node,
                                          __u64 flags) __ksym __weak;
MAXWELL_BOOK in_arena;

SEC("syscall")
int make_book(void* context) {
    in_arena = bpf_arena_alloc_pages(&book, 0, (sizeof(struct maxwell_buckets) + 4095) / 4096, -1, 0);
    return in_arena != 0 ? 0 : 1;
}

static __always_inline MAXWELL_BOOK find_book(void) {
    void* arena = &book;
    __asm__ volatile("" ::"r"(arena));
    return in_arena;
}
#else
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct maxwell_buckets);
} book SEC(".maps");

static __always_inline MAXWELL_BOOK find_book(void) {
    __u32 first = 0;
    return bpf_map_lookup_elem(&book, &first);
}

struct locked_book {
    struct bpf_spin_lock lock;
    struct maxwell_buckets book;
};
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct locked_book);
} locked SEC(".maps");

/* A bid of each agent in turn, to fill the locked book, which user space can't map. */
SEC("tc")
int fill_locked(struct __sk_buff* packet) {
    __u32 first = 0;
    struct bench_state* s = find_state();
    struct locked_book* l = bpf_map_lookup_elem(&locked, &first);
    struct maxwell_bid bid = {0, 0, 1};
    if (s == 0 || l == 0) return 1;
    bid.agent = s->sum++;
    bid.amount = draw(s) >> 40;
    bpf_spin_lock(&l->lock);
    maxwell_insert(&l->book, bid);
    bpf_spin_unlock(&l->lock);
    return 0;
}

SEC("tc")
int two_locked(struct __sk_buff* packet) {
    __u32 first = 0;
    struct bench_state* s = find_state();
    struct locked_book* l = bpf_map_lookup_elem(&locked, &first);
    if (s == 0 || l == 0) return 1;
    bpf_spin_lock(&l->lock);
    two_operations(&l->book, s);
    bpf_spin_unlock(&l->lock);
    return 0;
}
#endif

SEC("tc")
int empty(struct __sk_buff* packet) { return 0; }

SEC("tc")
int two(struct __sk_buff* packet) {
    struct bench_state* s = find_state();
    MAXWELL_BOOK b = find_book();
    if (s == 0 || b == 0) return 1;
    two_operations(b, s);
    return 0;
}

SEC("tc")
int three(struct __sk_buff* packet) {
    struct bench_state* s = find_state();
    MAXWELL_BOOK b = find_book();
    if (s == 0 || b == 0) return 1;
    three_operations(b, s);
    return 0;
}

char program_license[] SEC("license") = "Dual MIT/GPL";
