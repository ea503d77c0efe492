/* SPDX-License-Identifier: MIT
 *
 * mailbox: one cell of one producer, with sequence numbers modulo LAP. The producer submits equal bids, so that only their numbers
 * tell them apart, and may die between any two of its stores; its successor resumes. The host compares counts, then the letter's
 * sequence, then, where the count ran ahead, numbers.
 *
 * Invariant: a submission is given at most once, none after a newer one, and when nobody submits any more the newest has been given.
 *
 *   EQUAL_IS_OLD        the host never asks for numbers: a letter that has gone round is taken for the old one
 *   LETTER_FIRST        the producer stores the letter before its number
 *   COUNT_FIRST         the producer counts before it writes
 *   NO_RESUME           a successor goes on from the number that it finds
 *   SEEN_AFTERWARDS     the host remembers the count that it has read after the cells, and not the one before
 */

#define LAP 4
#define BIDS 7

byte count, number;
byte letter;        /* sequence: what the host compares */
byte written;       /* ghost: the whole number of the submission whose letter is there */
byte newest;        /* ghost: how many submissions are complete or visible */
byte given;         /* ghost: the newest submission that the host has been given */
bool busy = true;   /* producers are at work */
byte deaths = 1;

#define MAY_DIE if :: atomic { deaths > 0 -> deaths-- }; goto dead :: skip fi

proctype producer() {
    byte sent = 0, counted = 0;
begin:
    do
    :: sent == BIDS -> break
    :: else ->
        sent++;
#ifdef COUNT_FIRST
        counted++; count = counted;
        MAY_DIE;
#endif
#ifdef LETTER_FIRST
        atomic { letter = sent % LAP; written = sent };
        MAY_DIE;
        number = sent;
#else
        number = sent;
        MAY_DIE;
        atomic { letter = sent % LAP; written = sent };
#endif
        MAY_DIE;
#ifndef COUNT_FIRST
        counted++; count = counted;
#endif
        MAY_DIE
    od;
    goto end;
dead:
    /* A successor, which knows nothing but what is in the memory. */
#ifdef NO_RESUME
    sent = number;
    counted = count;
#else
    sent = number;
    if
    :: letter != number % LAP -> sent = number - 1
    :: else
    fi;
    counted = count + 1;
    count = counted;
#endif
    goto begin;
end:
    busy = false
}

/* The host's side: what it has read last, and with which number. */
byte read_letter, read_number, seen;
bool unread;

inline give(w, n, l) {
    assert(w > given);  /* not twice, and nothing older */
    given = w;
    read_number = n;
    read_letter = l
}

inline drain() {
    c = count;
    if
    :: c != seen || unread ->
        unread = false;
        atomic { l = letter; w = written };
        c2 = count;
        if
#ifdef EQUAL_IS_OLD
        :: true ->
#else
        :: c2 - seen <= LAP - 2 ->
#endif
            if
            :: l != read_letter -> give(w, read_number + (l - read_letter + LAP) % LAP, l)
            :: else
            fi
#ifndef EQUAL_IS_OLD
        :: else ->
            before = number;
            atomic { l = letter; w = written };
            after = number;
            if
            :: after - before > LAP - 2 -> unread = true
            :: else ->
                n = after - (after + LAP - l) % LAP;
                assert(n + 1 >= before);  /* an honest producer's numbers fit */
                if
                :: n != read_number -> give(w, n, l)
                :: else
                fi
            fi
#endif
        fi;
        if
        :: !unread ->
#ifdef SEEN_AFTERWARDS
            seen = c2
#else
            seen = c
#endif
        :: else
        fi
    :: else
    fi;
    c = 0; c2 = 0; l = 0; w = 0; n = 0; before = 0; after = 0
}

active proctype host() {
    byte c, c2, l, w, n, before, after;
    run producer();
    drain();
    drain();
    !busy;
    drain();
    drain();
    assert(!unread && given == BIDS)
}
