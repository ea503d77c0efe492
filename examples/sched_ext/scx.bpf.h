/* SPDX-License-Identifier: GPL-2.0 OR MIT
 *
 * The few declarations of the kernel's that scx_maxwell needs. Fields are found by name when the program is loaded (CO-RE), so one
 * object runs on kernels whose layouts differ, and no vmlinux.h has to be made first.
 */
#ifndef MAXWELL_EXAMPLES_SCX_H
#define MAXWELL_EXAMPLES_SCX_H

#include <linux/bpf.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0) /* of the headers */
struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));
#endif
#include <bpf/bpf_helpers.h>

#ifndef bpf_for /* libbpf before 1.2 */
extern int bpf_iter_num_new(struct bpf_iter_num* it, int start, int end) __ksym;
extern int* bpf_iter_num_next(struct bpf_iter_num* it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num* it) __ksym;
#define bpf_for(i, start, end)                                                                  \
    for (struct bpf_iter_num it __attribute__((cleanup(bpf_iter_num_destroy))),                 \
         *once = (bpf_iter_num_new(&it, (start), (end)), (void)bpf_iter_num_destroy, (void*)0); \
         ({                                                                                     \
             int* next = bpf_iter_num_next(&it);                                                \
             if (next != 0) (i) = *next;                                                        \
             (void)once;                                                                        \
             next != 0;                                                                         \
         });)
#endif

typedef _Bool bool;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;

#define FOUND_BY_NAME __attribute__((preserve_access_index))

struct kernfs_node {
    u64 id;
} FOUND_BY_NAME;
struct cgroup;
struct cgroup_subsys_state {
    struct cgroup* cgroup;
    struct cgroup_subsys_state* parent;
    u64 serial_nr;
} FOUND_BY_NAME;
struct cgroup {
    struct cgroup_subsys_state self;
    int level;
    struct kernfs_node* kn;
} FOUND_BY_NAME;
struct task_group {
    struct cgroup_subsys_state css;
} FOUND_BY_NAME;
struct css_set {
    struct cgroup* dfl_cgrp;
} FOUND_BY_NAME;
struct sched_ext_entity {
    u32 flags;
    u32 weight;
    u64 slice;
    u64 dsq_vtime;
} FOUND_BY_NAME;
struct cpumask {
    unsigned long bits[1];
};
struct task_struct {
    s32 pid;
    s32 tgid;
    unsigned int flags;
    const struct cpumask* cpus_ptr;
    struct cpumask cpus_mask; /* unused; clang 14 describes cpumask as incomplete where only pointers to it occur */
    struct css_set* cgroups;
    struct task_group* sched_task_group;
    struct sched_ext_entity scx;
} FOUND_BY_NAME;
struct scx_init_task_args;
struct scx_exit_task_args;
struct scx_exit_info;
struct scx_cgroup_init_args {
    u32 weight;
} FOUND_BY_NAME;

/* A part of the kernel's: members are matched by name, the others stay 0. */
struct sched_ext_ops {
    s32 (*select_cpu)(struct task_struct*, s32, u64);
    void (*enqueue)(struct task_struct*, u64);
    void (*dequeue)(struct task_struct*, u64);
    void (*dispatch)(s32, struct task_struct*);
    void (*running)(struct task_struct*);
    void (*stopping)(struct task_struct*, bool);
    s32 (*init_task)(struct task_struct*, struct scx_init_task_args*);
    void (*exit_task)(struct task_struct*, struct scx_exit_task_args*);
    void (*enable)(struct task_struct*);
    void (*runnable)(struct task_struct*, u64);
    void (*quiescent)(struct task_struct*, u64);
    s32 (*cgroup_init)(struct cgroup*, struct scx_cgroup_init_args*);
    void (*cgroup_exit)(struct cgroup*);
    void (*cgroup_set_weight)(struct cgroup*, u32);
    void (*cpu_online)(s32);
    void (*cpu_offline)(s32);
    s32 (*init)(void);
    u64 flags;
    u32 timeout_ms;
    char name[128];
};

#define PF_KTHREAD 0x00200000
#define SCX_TASK_QUEUED 1u
#define SCX_DSQ_GLOBAL (1ull << 63 | 1)
#define SCX_DSQ_LOCAL (1ull << 63 | 2)
#define SCX_DSQ_LOCAL_ON (1ull << 63 | 1ull << 62)
#define SCX_ENQ_WAKEUP 1ull
#define SCX_ENQ_PREEMPT (1ull << 32)
#define SCX_KICK_IDLE 1ull
#define SCX_KICK_PREEMPT 2ull

extern void scx_bpf_dsq_insert(struct task_struct* p, u64 queue, u64 slice_ns, u64 flags) __ksym;
extern void scx_bpf_dsq_insert_vtime(struct task_struct* p, u64 queue, u64 slice_ns, u64 at, u64 flags) __ksym;
extern bool scx_bpf_dsq_move_to_local(u64 queue) __ksym;
extern s32 scx_bpf_create_dsq(u64 queue, s32 node) __ksym;
extern s32 scx_bpf_select_cpu_dfl(struct task_struct* p, s32 last, u64 flags, bool* is_idle) __ksym;
extern s32 scx_bpf_pick_idle_cpu(const struct cpumask* allowed, u64 flags) __ksym;
extern s32 scx_bpf_pick_any_cpu(const struct cpumask* allowed, u64 flags) __ksym;
extern s32 scx_bpf_task_cpu(const struct task_struct* p) __ksym;
extern void scx_bpf_kick_cpu(s32 cpu, u64 flags) __ksym;
extern u64 scx_bpf_now(void) __ksym __attribute__((weak));
extern u32 scx_bpf_nr_cpu_ids(void) __ksym;
extern bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask* mask) __ksym;
extern struct task_struct* bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct* p) __ksym;

#endif /* MAXWELL_EXAMPLES_SCX_H */
