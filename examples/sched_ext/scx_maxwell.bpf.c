// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * scx_maxwell: a sched_ext scheduler in which tasks bid for CPU time. Each CPU has a book (maxwell/bpf/stratified_buckets.h) under a
 * lock; the best bid runs for a slice and is charged its critical price for the time that it has really used.
 *
 *     enqueue  -> bid of the task's group, or of its fair share -> book of the task's CPU; an idle CPU is woken, and a running task
 *                 that is outbid is preempted
 *     dispatch -> drain the board; starving tasks; the running task bids too; extract_max; affinity is checked again; steal
 *     stopping -> charge
 *
 * Kernel threads are not in the market. A task that no slot is left for, of 4,096, waits in the kernel's own global queue.
 */
#define MAXWELL_CAPACITY 4096
#define MAXWELL_LANES 4
#include "scx.bpf.h"

#include <maxwell/bpf/bid_board.h>
#include <maxwell/bpf/price_page.h>
#include <maxwell/bpf/stratified_buckets.h>

#include "scx_maxwell.h"

#define ARRAY(name, entry, count, flags)  \
    struct {                              \
        __uint(type, BPF_MAP_TYPE_ARRAY); \
        __uint(map_flags, flags);         \
        __uint(max_entries, count);       \
        __type(key, u32);                 \
        __type(value, entry);             \
    } name SEC(".maps")

struct cpu_book {
    struct bpf_spin_lock lock;
    u32 running;   /* what the running task bids; 0 while idle */
    u32 looked;    /* how often at a neighbour's book */
    u64 began_ns;  /* when it began to run */
    u64 looked_ns; /* when waiting tasks were looked at last */
    struct maxwell_buckets book;
};

struct slots {
    struct bpf_spin_lock lock;
    u32 free_count;
    u32 free[MAXWELL_CAPACITY];
};

/* A task that has a slot. The slot, plus 1, stands in the task's dsq_vtime, which no queue of this scheduler's orders by. */
struct task_data {
    s32 pid;
    u32 book;     /* CPU whose book it waits in, plus 1; 0: in none */
    u32 price;    /* under which it was filed */
    u32 pays;     /* while it runs */
    u32 begins;   /* awarded, and not charged since */
    u64 since;    /* of its enqueue */
    u64 began;    /* of what has not been charged yet */
    u64 cgroup;   /* whose account was looked for */
    u32 account;  /* that was found; 0: its cgroup's share, or its own */
    u64 counted;  /* cgroup that counts it as runnable; 0: none, as in the root */
    u64 group;    /* serial number of the task group that was looked for last */
    u64 group_id; /* the cgroup that was found; 0: none */
    struct scx_account own;
};

ARRAY(settings, struct scx_settings, 1, 0);
ARRAY(accounts, struct scx_account, SCX_MAXWELL_GROUPS, BPF_F_MMAPABLE);
ARRAY(counts, struct scx_counts, 1, BPF_F_MMAPABLE);
ARRAY(books, struct cpu_book, SCX_MAXWELL_CPUS, 0);
ARRAY(pool, struct slots, 1, 0);
ARRAY(tasks, struct task_data, MAXWELL_CAPACITY, 0);
ARRAY(cells, struct maxwell_board_cells, 1, BPF_F_MMAPABLE);
ARRAY(reader, struct maxwell_board_reader, 1, BPF_F_MMAPABLE);
ARRAY(prices, struct maxwell_price_table, 1, BPF_F_MMAPABLE);

/* Thread group, or cgroup id with the top bit set -> account. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, SCX_MAXWELL_GROUPS);
    __type(key, u64);
    __type(value, u32);
} groups SEC(".maps");

/* A cgroup with the cpu controller, but for the root. Its tasks share one account if nobody has given them another. */
struct cgroup_share {
    struct scx_account account; /* its weight is cpu.weight */
    u64 parent;
    u32 runnable;       /* tasks and cgroups right below that want to run */
    u32 weights;        /* of these cgroups */
    u32 counted_weight; /* its own in its parent's sum */
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, u64);
    __type(value, struct cgroup_share);
} cgroups SEC(".maps");

u64 virtual_clock; /* the latest virtual time at which a task began to run */
u32 hand;          /* slots are looked at in rotation for tasks that starve */
u32 slots_used;    /* slots from here on were never given away */
u32 draining;      /* one CPU drains the board at a time */
struct maxwell_drain on_its_way;

#define WINDOW_NS (127ull << 20) /* nobody saves up more than this while asleep */
#define GLANCES 16               /* slots that a CPU looks at together */
#define GLANCE_NS 1000000        /* and not before so long */
#define GRAIN 4 /* ms that a waking task's share lacks more than the running one's before it preempts */
#define AWAY \
    24 /* and more than that one of another CPU bids before it moves here: two slices, by which equal shares differ anyway */
#define UNDISTURBED_NS 1000000 /* and so long a task runs before it is preempted for a share; a bid preempts at once */
#define LEVELS 9               /* of cgroups that count for a share */
#define VICTIMS 8              /* CPUs that an idle one looks at */

static __always_inline struct scx_settings* get_settings(void) {
    u32 first = 0;
    return bpf_map_lookup_elem(&settings, &first);
}
static __always_inline struct scx_counts* get_counts(void) {
    u32 first = 0;
    return bpf_map_lookup_elem(&counts, &first);
}
static __always_inline struct cpu_book* book_of(u32 cpu) {
    u32 index = cpu % SCX_MAXWELL_CPUS;
    return bpf_map_lookup_elem(&books, &index);
}
static __always_inline struct task_data* data_of(struct task_struct* p) {
    const u32 slot = (u32)p->scx.dsq_vtime - 1;
    return bpf_map_lookup_elem(&tasks, &slot);
}
/* The run queue's clock, which the kernel has just read; before 6.14 the time itself. */
static __always_inline u64 now_ns(void) { return scx_bpf_now != 0 ? scx_bpf_now() : bpf_ktime_get_ns(); }
static __always_inline void count(u64* counter) { __sync_fetch_and_add(counter, 1); }

/* The account of a task's thread group, else of its cgroup, else its cgroup's share, else its own. It is looked for again when the task has
 * changed its cgroup. */
static __always_inline struct scx_account* account_of(struct task_struct* p, struct task_data* t) {
    const u64 cgroup = p->cgroups->dfl_cgrp->kn->id;
    struct scx_account* account;
    if (t->cgroup != cgroup) {
        u64 key = (u32)p->tgid;
        u32* index = bpf_map_lookup_elem(&groups, &key);
        if (index == 0) {
            key = cgroup | 1ull << 63;
            index = bpf_map_lookup_elem(&groups, &key);
        }
        t->account = index != 0 ? *index : 0;
        t->cgroup = cgroup;
    }
    if (t->account == 0) {
        struct cgroup_share* share = t->counted != 0 ? bpf_map_lookup_elem(&cgroups, &t->counted) : 0;
        return share != 0 ? &share->account : &t->own;
    }
    account = bpf_map_lookup_elem(&accounts, &t->account);
    return account != 0 ? account : &t->own;
}

/* `amount` at its lane's thermal multiplier: a bid of a lane at twice the price counts half. */
static __always_inline u32 at_lane_price(u32 amount, u32 lane) {
    u32 first = 0;
    struct maxwell_lane_prices of_lane = {};
    struct maxwell_price_table* table = bpf_map_lookup_elem(&prices, &first);
    u32 multiplier;
    u64 scaled;
    if (table == 0 || maxwell_price_read(table, lane, &of_lane) != MAXWELL_PRICE_OK) return amount;
    multiplier = maxwell_multiplier(&of_lane, bpf_ktime_get_ns());
    if (multiplier == 0) return amount;
    scaled = ((u64)amount << 16) / multiplier;
    return scaled < 0xFFFFFFFFull ? (u32)scaled : 0xFFFFFFFFu;
}

/* 100 is that of a task of nice 0. */
static __always_inline u32 weight_of(struct task_struct* p, struct scx_account* account, struct scx_settings* s) {
    u32 weight = account->weight;
    if (s->paced && account->bid != 0) weight = at_lane_price(account->bid, account->lane);
    if (weight == 0) weight = p->scx.weight;
    return weight != 0 ? weight : 1;
}

/* What a task of this account bids now. */
static __always_inline u32 price_of(struct scx_account* account, struct scx_settings* s) {
    const u64 now = virtual_clock;
    s64 lacks;
    if (account->bid != 0 && !s->paced) return at_lane_price(account->bid, account->lane);
    if ((s64)(now - account->virtual_ns) > (s64)WINDOW_NS) account->virtual_ns = now - WINDOW_NS; /* it slept */
    lacks = (s64)(now - account->virtual_ns + WINDOW_NS) >> 20;
    return lacks <= 0 ? 1 : 1 + (u32)lacks; /* at most 2 * WINDOW_NS, so below SCX_MAXWELL_SHARES_BELOW */
}

/* --- global functions, which the verifier looks at once and not at every call ------------------------------------------ */

/* Takes the bid of a slot out of the book that it stands in. Returns whether it stood there. */
__attribute__((noinline)) int withdraw(u32 slot) {
    struct task_data* w = bpf_map_lookup_elem(&tasks, &slot);
    struct cpu_book* b;
    int stood;
    if (w == 0 || w->book == 0) return 0;
    b = book_of(w->book - 1);
    w->book = 0;
    if (b == 0) return 0;
    bpf_spin_lock(&b->lock);
    stood = maxwell_expire(&b->book, slot) == MAXWELL_OK;
    bpf_spin_unlock(&b->lock);
    return stood;
}

/* Files the bid of a slot in the book of a CPU. Returns whether the task that runs there, its bid raised by `bonus`, is outbid. */
__attribute__((noinline)) int file(u32 cpu, u32 slot, u32 price, u32 bonus) {
    struct cpu_book* b = book_of(cpu);
    struct maxwell_bid bid = {slot, price, 1};
    u32 running;
    u64 began;
    if (b == 0) return 0;
    bpf_spin_lock(&b->lock);
    maxwell_insert(&b->book, bid);
    running = b->running;
    began = b->began_ns;
    bpf_spin_unlock(&b->lock);
    if (running == 0 || (u64)price <= (u64)running + bonus) return 0;
    if (price >= SCX_MAXWELL_SHARES_BELOW) return 1;
    return price > running + bonus + GRAIN && now_ns() - began >= UNDISTURBED_NS;
}

/* The best bid leaves the book of a CPU, in which the running task's, of slot `incumbent` - 1 if that is not 0, stands for this moment
 * alone. Returns the winner's slot plus 1, 0 if there is none, and above that its payment. */
__attribute__((noinline)) u64 decide(u32 cpu, u32 incumbent, u32 price) {
    struct cpu_book* b = book_of(cpu);
    struct maxwell_bid bid = {incumbent - 1, price, 1};
    struct maxwell_award award = {};
    int won;
    if (b == 0) return 0;
    bpf_spin_lock(&b->lock);
    if (incumbent != 0) maxwell_insert(&b->book, bid);
    won = maxwell_extract_max(&b->book, &award);
    if (incumbent != 0) maxwell_expire(&b->book, incumbent - 1); /* no bid any more if it has won */
    bpf_spin_unlock(&b->lock);
    return won ? (u64)award.payment << 32 | ((u32)award.winner.agent + 1) : 0;
}

/* Who would win in the book of a CPU, and what it bids: its slot plus 1, 0 if there is none, and above that the amount. */
__attribute__((noinline)) u64 look_at_top(u32 cpu) {
    struct cpu_book* b = book_of(cpu);
    struct maxwell_award award = {};
    int any;
    if (b == 0) return 0;
    bpf_spin_lock(&b->lock);
    any = maxwell_top(&b->book, &award);
    bpf_spin_unlock(&b->lock);
    return any ? (u64)award.winner.amount << 32 | ((u32)award.winner.agent + 1) : 0;
}

/* The weight of a cgroup among all tasks and cgroups of the root, in 256ths: its own, times the part that each cgroup above has of its
 * parent's weights that want to run. */
__attribute__((noinline)) u64 share_weight(u64 id) {
    u64 part = 1 << 16;
    u32 weight = 0;
    int i;
    bpf_for(i, 0, LEVELS) {
        struct cgroup_share* share = bpf_map_lookup_elem(&cgroups, &id);
        if (share == 0) break;
        if (i > 0) part = part * weight / (share->weights > weight ? share->weights : weight != 0 ? weight : 1);
        weight = share->account.weight;
        id = share->parent;
    }
    part = part * (weight != 0 ? weight : 100) >> 8;
    return part != 0 ? part : 1;
}

/* One task more (1) or less (-1) in this cgroup wants to run. A cgroup with the first one wants to, and counts in its parent. */
__attribute__((noinline)) int count_runnable(u64 id, int change) {
    int i;
    bpf_for(i, 0, LEVELS) {
        struct cgroup_share* share = bpf_map_lookup_elem(&cgroups, &id);
        struct cgroup_share* above;
        u32 before;
        if (share == 0) break;
        before = __sync_fetch_and_add(&share->runnable, change);
        if (before != (change > 0 ? 0 : 1)) break;
        if (change > 0) share->counted_weight = share->account.weight;
        id = share->parent;
        above = bpf_map_lookup_elem(&cgroups, &id);
        if (above != 0)
            __sync_fetch_and_add(&above->weights, change > 0 ? share->counted_weight : -share->counted_weight);
    }
    return 0;
}

/* For the time that was really used, at the price of the award. Virtual time goes on with the share that is awarded the CPU: the one
 * that lacks most. */
static __always_inline void charge(struct task_struct* p, struct task_data* t, struct scx_account* account,
                                   struct scx_settings* s) {
    const u64 now = now_ns();
    const u64 used = now - t->began;
    const u64 weight =
        t->account == 0 && t->counted != 0 ? share_weight(t->counted) : (u64)weight_of(p, account, s) << 8;
    const u64 owed = used * 25600 / weight;
    t->began = now;
    if (t->begins && (account->bid == 0 || s->paced) && (s64)(account->virtual_ns - virtual_clock) > 0) {
        virtual_clock = account->virtual_ns;
    }
    t->begins = 0;
    __sync_fetch_and_add(&account->ran_ns, used);
    __sync_fetch_and_add(&account->paid, used * t->pays);
    __sync_fetch_and_add(&account->virtual_ns, owed);
}

SEC("struct_ops.s/init")
int BPF_init(u64* ctx) {
    u32 first = 0;
    struct slots* all = bpf_map_lookup_elem(&pool, &first);
    struct scx_settings* s = get_settings();
    int i;
    if (all == 0 || s == 0) return -22;
    if (s->slice_ns == 0)
        s->slice_ns = SCX_MAXWELL_SLICE_NS; /* a loader that sets nothing, as the kernel's own tests */
    if (s->starvation_ns == 0) s->starvation_ns = SCX_MAXWELL_STARVATION_NS;
    bpf_for(i, 0, MAXWELL_CAPACITY) {
        u32 at = maxwell_below(i, MAXWELL_CAPACITY);
        all->free[at] = MAXWELL_CAPACITY - at;
    }
    all->free_count = MAXWELL_CAPACITY;
    return 0;
}

SEC("struct_ops.s/init_task")
int BPF_init_task(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct scx_counts* c = get_counts();
    u32 first = 0, slot = 0, index;
    struct slots* all = bpf_map_lookup_elem(&pool, &first);
    struct task_data* t;
    if (all == 0 || c == 0) return -12;
    bpf_spin_lock(&all->lock);
    if (all->free_count > 0 && all->free_count <= MAXWELL_CAPACITY) {
        all->free_count--;
        slot = all->free[maxwell_below(all->free_count, MAXWELL_CAPACITY)];
    }
    bpf_spin_unlock(&all->lock);
    p->scx.dsq_vtime = slot;
    if (slot == 0) {
        count(&c->without_slot);
        return 0;
    }
    index = slot - 1;
    if (slot > slots_used) slots_used = slot; /* a lost race costs the watch over one slot until the next task comes */
    t = bpf_map_lookup_elem(&tasks, &index);
    if (t == 0) return 0;
    __builtin_memset(t, 0, sizeof *t);
    t->pid = p->pid;
    t->own.virtual_ns = virtual_clock;
    return 0;
}

SEC("struct_ops/exit_task")
int BPF_exit_task(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    const u32 slot = (u32)p->scx.dsq_vtime;
    u32 first = 0;
    struct slots* all = bpf_map_lookup_elem(&pool, &first);
    if (all == 0 || slot == 0) return 0;
    withdraw(slot - 1);
    bpf_spin_lock(&all->lock);
    if (all->free_count < MAXWELL_CAPACITY) {
        all->free[maxwell_below(all->free_count, MAXWELL_CAPACITY)] = slot;
        all->free_count++;
    }
    bpf_spin_unlock(&all->lock);
    p->scx.dsq_vtime = 0;
    return 0;
}

SEC("struct_ops/select_cpu")
int BPF_select_cpu(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct scx_settings* s = get_settings();
    bool is_idle = 0;
    s32 cpu = scx_bpf_select_cpu_dfl(p, (s32)ctx[1], ctx[2], &is_idle);
    if (is_idle && s != 0 && s->misbehave == 0) {
        struct task_data* t = data_of(p);
        if (t != 0) {
            t->pays = 0; /* nobody else wants the CPU */
            t->price = price_of(account_of(p, t), s);
        }
        scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, s->slice_ns, 0);
    }
    return cpu;
}

SEC("struct_ops/enqueue")
int BPF_enqueue(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    const u64 flags = ctx[1];
    struct task_data* t = data_of(p);
    struct scx_settings* s = get_settings();
    struct scx_counts* c = get_counts();
    struct scx_account* account;
    int outbids;
    s32 cpu;
    if (s == 0 || c == 0) return 0;
    if (p->flags & PF_KTHREAD) {
        scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, s->slice_ns, flags | SCX_ENQ_PREEMPT);
        return 0;
    }
    if (t == 0) {
        scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, s->slice_ns, flags);
        return 0;
    }
    account = account_of(p, t);
    if (s->misbehave != 0 && account->bid != 0 && account->bid < 1000) {
        if (s->misbehave == 1) return 0;
        if (s->misbehave == 2) {
            scx_bpf_dsq_insert(p, 4242, s->slice_ns, flags);
            return 0;
        }
    }
    count(&c->enqueued);
    cpu = scx_bpf_task_cpu(p);
    t->since = now_ns();
    t->price = price_of(account, s);
    t->book = (u32)cpu % SCX_MAXWELL_CPUS + 1;
    outbids = file(cpu, (u32)p->scx.dsq_vtime - 1, t->price, s->bonus);
    if (flags & SCX_ENQ_WAKEUP) { /* select_cpu has found no idle CPU */
        if (outbids) {
            count(&c->preempted);
            scx_bpf_kick_cpu(cpu, SCX_KICK_PREEMPT);
        }
        return 0;
    }
    cpu = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
    if (cpu >= 0) scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
    return 0;
}

SEC("struct_ops/dequeue")
int BPF_dequeue(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct task_data* t = data_of(p);
    if (t != 0 && t->book != 0) withdraw((u32)p->scx.dsq_vtime - 1);
    return 0;
}

/* Gives the CPU to the task of `slot` at this price, or, if it may not run here any more, sends it where it may. Returns whether it runs
 * here. */
static __always_inline int hand_over(u32 slot, u32 payment, s32 cpu, struct scx_settings* s, struct scx_counts* c) {
    struct task_data* t = bpf_map_lookup_elem(&tasks, &slot);
    struct task_struct* p;
    int here;
    s32 other;
    if (t == 0) return 0;
    t->book = 0;
    if (s->misbehave == 3 && t->price >= SCX_MAXWELL_SHARES_BELOW && t->price < 1000) return 0;
    p = bpf_task_from_pid(t->pid);
    if (p == 0) {
        count(&c->gone);
        return 0;
    }
    t->pays = payment;
    here = bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
    if (here) {
        scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, s->slice_ns, 0);
    } else {
        other = scx_bpf_pick_any_cpu(p->cpus_ptr, 0);
        if (other >= 0) scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL_ON | (u32)other, s->slice_ns, 0);
        count(&c->moved);
    }
    bpf_task_release(p);
    return here;
}

/* The newest bids of groups, from the board. */
static long take_bid(u32 i, void* nothing) {
    u32 first = 0;
    struct maxwell_board_cells* from = bpf_map_lookup_elem(&cells, &first);
    struct maxwell_board_reader* by = bpf_map_lookup_elem(&reader, &first);
    struct scx_counts* c = get_counts();
    struct maxwell_bid bid = {};
    struct scx_account* account;
    u32 step, group;
    if (from == 0 || by == 0 || c == 0) return 1;
    step = maxwell_drain_step(from, by, &on_its_way, &bid);
    if (step == MAXWELL_DRAIN_ENDED) return 1;
    if (step != MAXWELL_DRAIN_BID) return 0;
    group = (u32)bid.agent;
    account = bpf_map_lookup_elem(&accounts, &group);
    if (account != 0) account->bid = bid.units != 0 ? bid.amount : 0;
    count(&c->drained);
    return 0;
}

/* Returns whether somebody has bid. */
static __always_inline int drain_board(void) {
    u32 first = 0;
    struct maxwell_board_cells* from = bpf_map_lookup_elem(&cells, &first);
    struct maxwell_board_reader* by = bpf_map_lookup_elem(&reader, &first);
    if (from == 0 || by == 0 || !maxwell_board_pending(from, by)) return 0;
    if (__sync_lock_test_and_set(&draining, 1) != 0) return 0;
    maxwell_drain_begin(from, by, &on_its_way, 16);
    bpf_loop(MAXWELL_DRAIN_STEPS(16), take_bid, 0, 0);
    __sync_lock_test_and_set(&draining, 0);
    return 1;
}

struct search {
    u64 now;
    u32 cpu;
    u32 found; /* slot plus 1 */
};

/* Looks at the next slot in rotation. A task that waits in this CPU's book is filed anew if it bids something else by now; the search
 * ends with one that has waited for too long. */
static long look_at_slot(u32 i, void* of) {
    struct search* search = of;
    const u32 used = slots_used;
    u32 slot = __sync_fetch_and_add(&hand, 1) % (used != 0 ? used : 1);
    struct task_data* t = bpf_map_lookup_elem(&tasks, &slot);
    struct scx_settings* s = get_settings();
    struct task_struct* p;
    u32 price;
    if (t == 0 || s == 0 || t->book != search->cpu % SCX_MAXWELL_CPUS + 1) return 0;
    if ((s64)(search->now - t->since) > (s64)s->starvation_ns) {
        search->found = slot + 1;
        return 1;
    }
    p = bpf_task_from_pid(t->pid);
    if (p == 0) return 0;
    price = price_of(account_of(p, t), s);
    if (price != t->price) {
        t->price = price;
        file(search->cpu, slot, price, 0);
    }
    bpf_task_release(p);
    return 0;
}

/* Busy CPUs share one market: where a neighbour's best bid exceeds whatever is bid here, its task moves to this book, if it may run here. So
 * a task that has this CPU for itself doesn't run for twice what others elsewhere would pay. */
static __always_inline void move_from_neighbour(u32 cpu, u32 neighbour, u32 price, struct scx_counts* c) {
    const u64 here = look_at_top(cpu);
    const u64 there = look_at_top(neighbour);
    const u32 amount = there >> 32;
    const u32 slot = (u32)there - 1;
    struct task_data* t = bpf_map_lookup_elem(&tasks, &slot);
    struct task_struct* p;
    int may_run_here;
    if (t == 0 || amount <= (u64)price + AWAY || amount <= (here >> 32) + AWAY) return;
    p = bpf_task_from_pid(t->pid);
    if (p == 0) return;
    may_run_here = bpf_cpumask_test_cpu(cpu, p->cpus_ptr);
    bpf_task_release(p);
    if (!may_run_here || withdraw(slot) == 0) return;
    t->book = cpu % SCX_MAXWELL_CPUS + 1;
    file(cpu, slot, amount, 0);
    count(&c->moved);
}

SEC("struct_ops/dispatch")
int BPF_dispatch(u64* ctx) {
    const s32 cpu = (s32)ctx[0];
    struct task_struct* prev = (void*)ctx[1];
    struct scx_settings* s = get_settings();
    struct scx_counts* c = get_counts();
    struct search search = {now_ns(), cpu, 0};
    struct cpu_book* b = book_of(cpu);
    struct scx_account* account;
    struct task_data* t = 0;
    u32 incumbent = 0; /* slot plus 1 */
    u32 price = 0;
    const u32 cpus = scx_bpf_nr_cpu_ids();
    u32 neighbour;
    u64 won;
    int i;
    if (s == 0 || c == 0 || b == 0 || cpus == 0) return 0;
    if (prev != 0 && (prev->scx.flags & SCX_TASK_QUEUED) && !(prev->flags & PF_KTHREAD)) {
        t = data_of(prev);
        if (t != 0) {
            account = account_of(prev, t);
            charge(prev, t, account, s);
            incumbent = (u32)prev->scx.dsq_vtime;
            t->price = price_of(account, s);
            price = t->price + s->bonus;
        }
    }
    if (drain_board() || (s64)(search.now - b->looked_ns) >= GLANCE_NS) {
        b->looked_ns = search.now;
        bpf_loop(GLANCES, look_at_slot, &search, 0);
        neighbour = (cpu + 1 + b->looked % VICTIMS) % cpus;
        b->looked++;
        if (neighbour != cpu && incumbent != 0) move_from_neighbour(cpu, neighbour, price, c);
    }
    if (search.found != 0 && s->misbehave == 0) {
        count(&c->starving);
        withdraw(search.found - 1);
        if (hand_over(search.found - 1, 0, cpu, s, c)) return 0;
    }

    bpf_for(i, 0, 4) { /* again where the winner has died or may not run here */
        won = decide(cpu, incumbent, price);
        if ((u32)won == 0) break;
        count(&c->awards);
        if (incumbent != 0 && (u32)won == incumbent) {
            if (t != 0) {
                t->pays = won >> 32;
                t->begins = 1;
            }
            prev->scx.slice = s->slice_ns;
            count(&c->keeps);
            return 0;
        }
        if (hand_over((u32)won - 1, won >> 32, cpu, s, c)) return 0;
    }
    if (incumbent != 0) {
        prev->scx.slice = s->slice_ns;
        return 0;
    }

    bpf_for(i, 1, VICTIMS + 1) { /* nothing here: what the neighbours have, if it may run here */
        if (i >= cpus) break;
        won = decide((cpu + i) % cpus, 0, 0);
        if ((u32)won == 0) continue;
        count(&c->steals);
        if (hand_over((u32)won - 1, won >> 32, cpu, s, c)) return 0;
    }
    return 0;
}

SEC("struct_ops/running")
int BPF_running(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct task_data* t = data_of(p);
    struct cpu_book* b = book_of(scx_bpf_task_cpu(p));
    if (t == 0 || b == 0) return 0;
    b->began_ns = t->began = now_ns();
    t->begins = 1;
    b->running = p->flags & PF_KTHREAD ? 0xFFFFFFFFu : t->price;
    return 0;
}

SEC("struct_ops/stopping")
int BPF_stopping(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct task_data* t = data_of(p);
    struct cpu_book* b = book_of(scx_bpf_task_cpu(p));
    struct scx_settings* s = get_settings();
    struct scx_account* account;
    if (t == 0 || b == 0 || s == 0) return 0;
    b->running = 0;
    if (p->flags & PF_KTHREAD) return 0; /* a busy one would carry virtual time away from all shares */
    account = account_of(p, t);
    charge(p, t, account, s);
    count(&account->awards);
    return 0;
}

SEC("struct_ops/runnable")
int BPF_runnable(u64* ctx) {
    struct task_struct* p = (void*)ctx[0];
    struct task_data* t = data_of(p);
    u64 group;
    if (t == 0 || t->counted != 0 || (p->flags & PF_KTHREAD)) return 0;
    group = p->sched_task_group->css.serial_nr;
    if (t->group != group) {
        t->group_id = p->sched_task_group->css.cgroup->kn->id;
        if (bpf_map_lookup_elem(&cgroups, &t->group_id) == 0) t->group_id = 0;
        t->group = group;
    }
    t->counted = t->group_id;
    if (t->counted != 0) count_runnable(t->counted, 1);
    return 0;
}

SEC("struct_ops/quiescent")
int BPF_quiescent(u64* ctx) {
    struct task_data* t = data_of((void*)ctx[0]);
    if (t == 0 || t->counted == 0) return 0;
    count_runnable(t->counted, -1);
    t->counted = 0;
    return 0;
}

SEC("struct_ops.s/cgroup_init")
int BPF_cgroup_init(u64* ctx) {
    struct cgroup* group = (void*)ctx[0];
    struct scx_cgroup_init_args* args = (void*)ctx[1];
    struct cgroup_share share = {};
    u64 id = group->kn->id;
    if (group->level == 0) return 0;
    share.account.weight = args->weight;
    share.account.virtual_ns = virtual_clock;
    share.parent = group->self.parent->cgroup->kn->id;
    bpf_map_update_elem(&cgroups, &id, &share, 0); /* no room: its tasks have shares of their own */
    return 0;
}

SEC("struct_ops/cgroup_exit")
int BPF_cgroup_exit(u64* ctx) {
    struct cgroup* group = (void*)ctx[0];
    u64 id = group->kn->id;
    bpf_map_delete_elem(&cgroups, &id);
    return 0;
}

SEC("struct_ops/cgroup_set_weight")
int BPF_cgroup_set_weight(u64* ctx) {
    struct cgroup* group = (void*)ctx[0];
    u64 id = group->kn->id;
    struct cgroup_share* share = bpf_map_lookup_elem(&cgroups, &id);
    struct cgroup_share* above;
    const u32 weight = ctx[1];
    if (share == 0) return 0;
    share->account.weight = weight;
    if (share->runnable == 0) return 0;
    id = share->parent;
    above = bpf_map_lookup_elem(&cgroups, &id);
    if (above != 0) __sync_fetch_and_add(&above->weights, weight - share->counted_weight);
    share->counted_weight = weight;
    return 0;
}

/* A CPU that comes or goes: the kernel moves its running tasks, and what waits in its book is stolen by the others. */
SEC("struct_ops/cpu_online")
int BPF_cpu_online(u64* ctx) { return 0; }
SEC("struct_ops/cpu_offline")
int BPF_cpu_offline(u64* ctx) { return 0; }

SEC(".struct_ops.link")
struct sched_ext_ops maxwell_ops = {
    .select_cpu = (void*)BPF_select_cpu,
    .enqueue = (void*)BPF_enqueue,
    .dequeue = (void*)BPF_dequeue,
    .dispatch = (void*)BPF_dispatch,
    .running = (void*)BPF_running,
    .stopping = (void*)BPF_stopping,
    .runnable = (void*)BPF_runnable,
    .quiescent = (void*)BPF_quiescent,
    .cgroup_init = (void*)BPF_cgroup_init,
    .cgroup_exit = (void*)BPF_cgroup_exit,
    .cgroup_set_weight = (void*)BPF_cgroup_set_weight,
    .init_task = (void*)BPF_init_task,
    .exit_task = (void*)BPF_exit_task,
    .cpu_online = (void*)BPF_cpu_online,
    .cpu_offline = (void*)BPF_cpu_offline,
    .init = (void*)BPF_init,
    .timeout_ms = 1700,
    .name = "maxwell",
};

char program_license[] SEC("license") = "GPL";
