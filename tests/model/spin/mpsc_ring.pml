/* SPDX-License-Identifier: MIT
 *
 * mpsc_ring: claim a place, commit by exchanging exactly what the last lap left there, and a consumer that gives up places that stay
 * open. A producer sleeps for as long as Spin likes: the consumer gives its place up, others go round, and it wakes up to a commit
 * that must fail. Producer 0 may also die between any two accesses. Bids are numbered 1, 2, ... by each producer.
 *
 * Every bid whose push was true arrives once and in the order of its producer, every other one never. Nobody waits for ever.
 *
 *   COMMIT_BY_STORE   the place is overwritten, whatever it holds by now
 *   GIVE_UP_BY_STORE  so does the consumer
 *   NO_PATIENCE_END   the consumer never gives a place up
 *   NO_LAP            the commit compares only whether the place is free, not in which lap
 */

#define CAPACITY 1
#define PRODUCERS 2
#define PLACES 3
#define BIDS 2
#define LAP(at) ((at) / PLACES + 1)

byte head, tail;
byte lap[PLACES], bid[PLACES];  /* one exchange; bid 0: given up */
byte accepted[4], received[4];  /* by producer * 2 + number - 1 */
byte last[PRODUCERS];
byte running = PRODUCERS;
byte deaths = 1;

#define MAY_DIE if :: atomic { me == 0 && deaths > 0 -> deaths-- }; goto dead :: skip fi

inline commit() {
    atomic { old_lap = lap[at % PLACES]; old_bid = bid[at % PLACES] };
    MAY_DIE;
#ifdef COMMIT_BY_STORE
    done = true;
    atomic { lap[at % PLACES] = LAP(at); bid[at % PLACES] = 4 * me + number }
#else
    atomic {
#ifdef NO_LAP
        done = (lap[at % PLACES] == old_lap && bid[at % PLACES] == old_bid);
#else
        done = (old_lap == LAP(at) - 1 && lap[at % PLACES] == old_lap && bid[at % PLACES] == old_bid);
#endif
        if
        :: done -> lap[at % PLACES] = LAP(at); bid[at % PLACES] = 4 * me + number
        :: else
        fi
    }
#endif
}

proctype producer(byte me) {
    byte number, at, old_lap, old_bid;
    bool done;
    do
    :: number == BIDS -> break
    :: else ->
        number++;
        at = tail;
        if
        :: at >= head + CAPACITY -> (tail < head + CAPACITY || running < PRODUCERS)  /* full: false; tries again later */
        :: else
        fi;
        MAY_DIE;
        atomic { at = tail; tail++ };
        MAY_DIE;
        done = false;
        if
        :: at - head < PLACES -> commit()
        :: else
        fi;
        accepted[2 * me + number - 1] = done
    od;
dead:
    running--
}

active proctype consumer() {
    byte found_lap, found, who;
    bool passed;
    run producer(0);
    run producer(1);
    do
    :: head != tail ->
        atomic { found_lap = lap[head % PLACES]; found = bid[head % PLACES] };
        if
        :: found_lap == LAP(head) && found != 0 ->
            who = found / 4;
            assert(found % 4 > last[who]);  /* once, and in order */
            last[who] = found % 4;
            received[2 * who + found % 4 - 1]++;
            head++
        :: found_lap == LAP(head) && found == 0 -> head++
        :: found_lap != LAP(head) ->
            assert(found_lap == LAP(head) - 1);  /* nobody writes into another lap */
#ifdef NO_PATIENCE_END
            (lap[head % PLACES] == LAP(head))
#else
#ifdef GIVE_UP_BY_STORE
            atomic { lap[head % PLACES] = LAP(head); bid[head % PLACES] = 0 };
            head++
#else
            atomic {
                if
                :: lap[head % PLACES] == found_lap && bid[head % PLACES] == found ->
                    lap[head % PLACES] = LAP(head);
                    bid[head % PLACES] = 0;
                    head++
                :: else
                fi
            }
#endif
#endif
        fi
    :: head == tail && running == 0 -> break
    od;
    found = 0;
    do
    :: found == 4 -> break
    :: else ->
        /* What a dead producer had under way may have arrived; nobody was told. */
        assert(accepted[found] == received[found] || (found < 2 && deaths == 0 && accepted[found] == 0 && received[found] == 1));
        found++
    od
}
