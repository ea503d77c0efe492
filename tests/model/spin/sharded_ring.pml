/* SPDX-License-Identifier: MIT
 *
 * sharded_ring: whose turn it is. What a shard is, spsc_ring.pml says; here it is the number of bids that wait in it, and producers
 * add to any of them at any time. Budgets are from 1 to one more than there are shards, another one each time.
 *
 * Fairness: each shard that has something waiting is served by every drain whose budget is enough for all of them, and by one of as
 * many drains as there are shards in any case.
 *
 *   NO_ROTATION  a drain always begins with the first shard
 *   GREEDY       a shard may have all of the budget
 */

#define SHARDS 3
#define FULL 4

byte waiting[SHARDS], unserved[SHARDS];
byte next;

active proctype producers() {
    byte i;
    do
    :: select(i : 0 .. SHARDS - 1);
        if
        :: waiting[i] < FULL -> waiting[i]++
        :: else
        fi
    od
}

/* Of the shard whose turn it is, up to `most`. */
inline serve(most) {
    taken = (waiting[next] < most -> waiting[next] : most);
    waiting[next] = waiting[next] - taken;
    left = left - taken;
    if
    :: taken > 0 -> served = served | (1 << next)
    :: else
    fi;
    next = (next + 1) % SHARDS
}

active proctype consumer() {
    byte i, budget, share, left, taken, served, had, first;
    bool more;
    do
    :: select(budget : 1 .. SHARDS + 1);
        atomic {
#ifdef GREEDY
            share = budget;
#else
            share = (budget < SHARDS -> 1 : budget / SHARDS);
#endif
#ifdef NO_ROTATION
            next = 0;
#endif
            first = next;
            left = budget;
            served = 0;
            more = false;
            had = 0;
            i = 0;
            do
            :: i < SHARDS -> had = had | ((waiting[i] > 0) << i); i++
            :: else -> break
            od;
            i = 0;
            do
            :: i < SHARDS && left > 0 -> serve(share); more = more || taken == share; i++
            :: else -> break
            od;
            if
            :: more && budget >= SHARDS ->
                i = 0;
                do
                :: i < SHARDS && left > 0 -> serve(left); i++
                :: else -> break
                od;
                next = (first + 1) % SHARDS
            :: else
            fi;
            assert(budget < SHARDS || (had & ~served) == 0);
            i = 0;
            do
            :: i < SHARDS ->
                if
                :: (had & (1 << i)) && !(served & (1 << i)) -> unserved[i]++
                :: else -> unserved[i] = 0
                fi;
                assert(unserved[i] < SHARDS);
                i++
            :: else -> break
            od;
            i = 0; taken = 0; left = 0; share = 0; served = 0; had = 0; first = 0; more = false
        }
    od
}
