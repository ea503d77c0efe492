// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What sched_ext schedulers order tasks with: the kernel's bpf_rbtree under its bpf_spin_lock. A quantum takes the first node out and
 * adds it again with a later key: no payment, no generation, no reserve.
 */
#include <linux/bpf.h>
#include <linux/version.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0) /* of the headers: the kernel's own layout is of 6.6 and later */
struct bpf_rb_root {
    __u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_rb_node {
    __u64 opaque[4];
} __attribute__((aligned(8)));
#endif

typedef _Bool bool;
#define in_map(name) SEC(".bss." #name) __attribute__((visibility("hidden"), aligned(8)))
#define node_of(at) ((struct node*)((void*)(at) - __builtin_offsetof(struct node, links)))

struct node {
    struct bpf_rb_node links;
    __u64 key;
};

extern void* bpf_obj_new_impl(__u64 type, void* meta) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root* root, struct bpf_rb_node* node,
                               bool (*less)(struct bpf_rb_node*, const struct bpf_rb_node*), void* meta,
                               __u64 offset) __ksym;
extern struct bpf_rb_node* bpf_rbtree_remove(struct bpf_rb_root* root, struct bpf_rb_node* node) __ksym;
extern struct bpf_rb_node* bpf_rbtree_first(struct bpf_rb_root* root) __ksym;
extern void bpf_obj_drop_impl(void* object, void* meta) __ksym;

in_map(tree) struct bpf_spin_lock lock;
in_map(tree) struct bpf_rb_root root __attribute__((btf_decl_tag("contains:node:links")));

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

static bool less(struct bpf_rb_node* a, const struct bpf_rb_node* b) { return node_of(a)->key < node_of(b)->key; }

SEC("tc")
int empty(struct __sk_buff* packet) { return 0; }

SEC("tc")
int fill(struct __sk_buff* packet) {
    __u32 first = 0;
    struct bench_state* s = bpf_map_lookup_elem(&state, &first);
    struct node* n;
    if (s == 0) return 1;
    n = bpf_obj_new_impl(bpf_core_type_id_local(struct node), 0);
    if (n == 0) return 1;
    n->key = draw(s) >> 40;
    bpf_spin_lock(&lock);
    bpf_rbtree_add_impl(&root, &n->links, less, 0, 0);
    bpf_spin_unlock(&lock);
    return 0;
}

SEC("tc")
int two(struct __sk_buff* packet) {
    __u32 zero = 0;
    struct bench_state* s = bpf_map_lookup_elem(&state, &zero);
    struct bpf_rb_node* first;
    struct node* n;
    if (s == 0) return 1;
    bpf_spin_lock(&lock);
    first = bpf_rbtree_first(&root);
    if (first == 0) {
        bpf_spin_unlock(&lock);
        return 1;
    }
    first = bpf_rbtree_remove(&root, first);
    bpf_spin_unlock(&lock);
    if (first == 0) return 1;
    n = node_of(first);
    n->key += draw(s) >> 40;
    bpf_spin_lock(&lock);
    bpf_rbtree_add_impl(&root, &n->links, less, 0, 0);
    bpf_spin_unlock(&lock);
    return 0;
}

char program_license[] SEC("license") = "GPL";
