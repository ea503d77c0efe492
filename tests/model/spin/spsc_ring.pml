/* SPDX-License-Identifier: MIT
 *
 * spsc_ring: stamps in the slots. Either side may die between any two accesses, and a successor takes over from what it finds in
 * memory. The record of position p is p + 1 in both of its words, and from which producer it is, so that what is torn, late or early
 * is seen at once.
 *
 * No record is lost: if one were, the consumer would wait for it for ever, which Spin reports as an invalid end state.
 *
 *   STAMP_FIRST     the record is published before it is written
 *   NO_RESUME       the successor of a producer doesn't look whether the last record was published already
 *   ROOM_TOO_EARLY  the consumer makes room before it has read
 */

#define CAPACITY 2
#define RECORDS 4

byte word0[CAPACITY], word1[CAPACITY], stamp[CAPACITY];
byte head, tail;

byte deaths = 2;  /* in all, of either side */
byte delivered;   /* records that some consumer has got */
byte producers;   /* that have been there */

#define RECORD(at) (16 * producers + at + 1)

#define MAY_DIE(where) if :: atomic { deaths > 0 -> deaths-- }; goto where :: skip fi

active proctype producer() {
    byte at, seen;
begin:
    seen = 0;
    producers++;
#ifndef NO_RESUME
    if
    :: stamp[tail % CAPACITY] == tail + 1 -> tail++
    :: else
    fi;
#endif
    do
    :: tail == RECORDS -> break
    :: else ->
        at = tail;
        if
        :: at - seen < CAPACITY
        :: else -> (at - head < CAPACITY); seen = head  /* tries until there is room */
        fi;
        MAY_DIE(begin);
#ifdef STAMP_FIRST
        stamp[at % CAPACITY] = at + 1;
        MAY_DIE(begin);
#endif
        word0[at % CAPACITY] = RECORD(at);
        MAY_DIE(begin);
        word1[at % CAPACITY] = RECORD(at);
        MAY_DIE(begin);
#ifndef STAMP_FIRST
        stamp[at % CAPACITY] = at + 1;
        MAY_DIE(begin);
#endif
        tail = at + 1
    od
}

active proctype consumer() {
    byte at, count, got0, got1;
begin:
    do
    :: head == RECORDS -> break
    :: else ->
        (stamp[head % CAPACITY] == head + 1);  /* drains until something is there */
        at = head;
        count = 0;
#ifdef ROOM_TOO_EARLY
        head = at + 1;
#endif
        do
        :: count < 2 && stamp[(at + count) % CAPACITY] == at + count + 1 ->
            got0 = word0[(at + count) % CAPACITY];
            got1 = word1[(at + count) % CAPACITY];
            assert(got0 == got1 && got0 % 16 == at + count + 1);
            assert(at + count <= delivered);  /* none was left out */
            if
            :: at + count == delivered -> delivered++
            :: else  /* a dead consumer had it already */
            fi;
            count++;
            MAY_DIE(begin)
        :: else -> break
        od;
#ifndef ROOM_TOO_EARLY
        head = at + count
#endif
    od;
    assert(delivered == RECORDS && tail >= RECORDS - 1)
}
