/* SPDX-License-Identifier: MIT
 *
 * outcome_board: a sequence that says which of two copies is whole. The host may die anywhere and has a successor. Both words of
 * the n-th outcome are n.
 *
 *   NO_CHECK  the agent doesn't look at the sequence again
 *   ONE_COPY  the host writes the copy that is being read
 */

#define POSTS 4

byte sequence, word0[2], word1[2];
byte deaths = 1;

#ifdef ONE_COPY
#define COPY(n) 0
#else
#define COPY(n) ((n) % 2)
#endif
#define MAY_DIE if :: atomic { deaths > 0 -> deaths-- }; goto begin :: skip fi

active proctype host() {
    byte sum;
begin:
    do
    :: sequence == POSTS -> break
    :: else ->
        sum = word0[COPY(sequence)];
        assert(sum == word1[COPY(sequence)]);  /* what a successor begins with is whole */
        word0[COPY(sequence + 1)] = sum + 1;
        MAY_DIE;
        word1[COPY(sequence + 1)] = sum + 1;
        MAY_DIE;
        sequence = sequence + 1
    od
}

active [2] proctype agent() {
    byte before, got0, got1, last, tries;
    do
    :: last == POSTS -> break
    :: else ->
        (sequence > last);
        tries = 0;
        do
        :: before = sequence;
            got0 = word0[COPY(before)];
            got1 = word1[COPY(before)];
#ifdef NO_CHECK
            break
#else
            if
            :: sequence == before -> break
            :: else -> tries++; assert(tries <= POSTS)
            fi
#endif
        od;
        assert(got0 == before && got1 == before && before >= last);
        last = before
    od
}
