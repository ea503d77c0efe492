// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A book in a BPF map, in an array or (BOOK_IN_ARENA) an arena. Each run of the program applies the next operation of a batch.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifdef BOOK_IN_ARENA
#define MAXWELL_SPACE __attribute__((address_space(1)))
#endif
#include "operations.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct maxwell_batch);
} batches SEC(".maps");

#ifdef BOOK_IN_ARENA
/* Types that headers of the time don't name. */
#define MAP_TYPE_ARENA 33
struct {
    __uint(type, MAP_TYPE_ARENA);
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
    void* arena = &book; /* that the program uses this arena is seen from a mention of it */
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
#endif

SEC("tc")
int apply(struct __sk_buff* packet) {
    __u32 first = 0;
    struct maxwell_batch* batch = bpf_map_lookup_elem(&batches, &first);
    MAXWELL_BOOK b = find_book();
    __u32 next;
    if (batch == 0 || b == 0) return 1;
    next = maxwell_below(batch->next, MAXWELL_BATCH);
    maxwell_apply(b, &batch->operation[next], &batch->result[next]);
    batch->next = next + 1;
    return 0;
}

char program_license[] SEC("license") = "Dual MIT/GPL";
