// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A binary heap of keys in a BPF arena, as scx's minheap library keeps one: without a lock. A quantum pops the least key and pushes it
 * again with a later one: no payment, no generation, no way to withdraw.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define in_arena __attribute__((address_space(1)))
#define MOST 16384u

/* The kernel's own bound on loops, as scx's library uses it: false once a program has looped too often. */
#define can_loop                                                   \
    ({                                                             \
        __label__ ended, goes_on;                                  \
        int loop = 1;                                              \
        __asm__ volatile goto("may_goto %l[ended]" : : : : ended); \
        goto goes_on;                                              \
    ended:                                                         \
        loop = 0;                                                  \
    goes_on:;                                                      \
        loop;                                                      \
    })

struct entry {
    __u64 key;
    __u64 value;
};
struct heap {
    __u64 size;
    struct entry entry[MOST + 1]; /* from 1 on */
};

struct {
    __uint(type, 33);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 512);
} book SEC(".maps");
void in_arena* bpf_arena_alloc_pages(void* map, void in_arena* at, __u32 pages, int node, __u64 flags) __ksym __weak;
struct heap in_arena* heap;

struct bench_state {
    __u64 seed;
    __u64 agents;
    __u64 sum;
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

static __always_inline void push(struct heap in_arena* h, __u64 key, __u64 value) {
    __u64 at;
    if (h->size >= MOST) return;
    at = ++h->size;
    while (at > 1 && can_loop) {
        if (h->entry[at / 2].key <= key) break;
        h->entry[at].key = h->entry[at / 2].key;
        h->entry[at].value = h->entry[at / 2].value;
        at /= 2;
    }
    h->entry[at].key = key;
    h->entry[at].value = value;
}

static __always_inline int pop(struct heap in_arena* h, struct entry* least) {
    struct entry last;
    __u64 at = 1;
    if (h->size == 0) return 0;
    least->key = h->entry[1].key;
    least->value = h->entry[1].value;
    last.key = h->entry[h->size].key;
    last.value = h->entry[h->size].value;
    h->size--;
    while (at * 2 <= h->size && can_loop) {
        __u64 child = at * 2;
        if (child < h->size && h->entry[child + 1].key < h->entry[child].key) child++;
        if (last.key <= h->entry[child].key) break;
        h->entry[at].key = h->entry[child].key;
        h->entry[at].value = h->entry[child].value;
        at = child;
    }
    h->entry[at].key = last.key;
    h->entry[at].value = last.value;
    return 1;
}

static __always_inline struct heap in_arena* find_heap(void) {
    void* arena = &book;
    __asm__ volatile("" ::"r"(arena));
    return heap;
}

SEC("syscall")
int make_book(void* context) {
    heap = bpf_arena_alloc_pages(&book, 0, (sizeof(struct heap) + 4095) / 4096, -1, 0);
    return heap != 0 ? 0 : 1;
}

SEC("tc")
int empty(struct __sk_buff* packet) { return 0; }

SEC("tc")
int fill(struct __sk_buff* packet) {
    __u32 first = 0;
    struct bench_state* s = bpf_map_lookup_elem(&state, &first);
    struct heap in_arena* h = find_heap();
    if (s == 0 || h == 0) return 1;
    push(h, draw(s) >> 40, s->sum++);
    return 0;
}

SEC("tc")
int two(struct __sk_buff* packet) {
    __u32 first = 0;
    struct bench_state* s = bpf_map_lookup_elem(&state, &first);
    struct heap in_arena* h = find_heap();
    struct entry least;
    if (s == 0 || h == 0) return 1;
    if (pop(h, &least)) push(h, least.key + (draw(s) >> 40), least.value);
    return 0;
}

char program_license[] SEC("license") = "GPL";
