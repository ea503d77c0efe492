// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The peer that scx_maxwell is measured against: one queue for all CPUs, in order of arrival or of weighted virtual time. It is the
 * algorithm of the kernel's own example, scx_simple, written anew: the least that a sched_ext scheduler can do.
 */
#include "scx.bpf.h"

#define QUEUE 0
#define SLICE_NS (20ull * 1000 * 1000) /* the kernel's default */

const volatile bool in_order_of_arrival = 0;
u64 virtual_clock;

SEC("struct_ops.s/init")
int BPF_plain_init(u64* ctx) { return scx_bpf_create_dsq(QUEUE, -1); }

SEC("struct_ops/enable")
int BPF_plain_enable(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    p->scx.dsq_vtime = virtual_clock;
    return 0;
}

SEC("struct_ops/select_cpu")
int BPF_plain_select_cpu(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    bool is_idle = 0;
    s32 cpu = scx_bpf_select_cpu_dfl(p, (s32)ctx[1], ctx[2], &is_idle);
    if (is_idle) scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SLICE_NS, 0);
    return cpu;
}

SEC("struct_ops/enqueue")
int BPF_plain_enqueue(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    u64 at = p->scx.dsq_vtime;
    if (in_order_of_arrival) {
        scx_bpf_dsq_insert(p, QUEUE, SLICE_NS, ctx[1]);
        return 0;
    }
    if ((s64)(at - (virtual_clock - SLICE_NS)) < 0)
        at = virtual_clock - SLICE_NS; /* nobody saves up more than a slice */
    scx_bpf_dsq_insert_vtime(p, QUEUE, SLICE_NS, at, ctx[1]);
    return 0;
}

SEC("struct_ops/dispatch")
int BPF_plain_dispatch(u64* ctx) {
    scx_bpf_dsq_move_to_local(QUEUE);
    return 0;
}

SEC("struct_ops/running")
int BPF_plain_running(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    if (!in_order_of_arrival && (s64)(virtual_clock - p->scx.dsq_vtime) < 0) virtual_clock = p->scx.dsq_vtime;
    return 0;
}

SEC("struct_ops/stopping")
int BPF_plain_stopping(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    const u32 weight = p->scx.weight != 0 ? p->scx.weight : 1;
    if (!in_order_of_arrival) p->scx.dsq_vtime += (SLICE_NS - p->scx.slice) * 100 / weight;
    return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops plain_ops = {
    .select_cpu = (void*)BPF_plain_select_cpu,
    .enqueue = (void*)BPF_plain_enqueue,
    .dispatch = (void*)BPF_plain_dispatch,
    .running = (void*)BPF_plain_running,
    .stopping = (void*)BPF_plain_stopping,
    .enable = (void*)BPF_plain_enable,
    .init = (void*)BPF_plain_init,
    .name = "plain",
};

char program_license[] SEC("license") = "GPL";
