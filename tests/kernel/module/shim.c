// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * maxwell_market: a module that runs the C++ auction, a million quanta when it is loaded and then one in each tick of a 1 kHz hrtimer, in
 * interrupt context. Its results are its parameters in /sys/module/maxwell_market/parameters.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

unsigned long maxwell_market_bytes(void);
u64 maxwell_market_fill_and_run(void* memory, u64* seed);
void maxwell_market_quantum(void* memory, u64* seed);
int maxwell_market_is_whole(void* memory);

static void* market;
static u64 seed = 88172645463325252ULL;
static struct hrtimer timer;

static unsigned long long checksum;
module_param(checksum, ullong, 0444);
static unsigned int ticks;
module_param(ticks, uint, 0444);
static int whole;
module_param(whole, int, 0444);

static enum hrtimer_restart tick(struct hrtimer* t) {
    maxwell_market_quantum(market, &seed);
    ticks++;
    if (ticks % 512 == 0) whole = maxwell_market_is_whole(market);
    hrtimer_forward_now(t, ms_to_ktime(1));
    return HRTIMER_RESTART;
}

static int __init maxwell_init(void) {
    market = vzalloc(maxwell_market_bytes());
    if (!market) return -ENOMEM;
    checksum = maxwell_market_fill_and_run(market, &seed);
    whole = maxwell_market_is_whole(market);
    hrtimer_setup(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
    hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_HARD);
    return 0;
}

static void __exit maxwell_exit(void) {
    hrtimer_cancel(&timer);
    vfree(market);
}

module_init(maxwell_init);
module_exit(maxwell_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("An auction in an hrtimer");
