/* SPDX-License-Identifier: MIT
 *
 * price_page: two banks, a claim before a bank is written, an announcement after. The writer may die anywhere and has a successor.
 * Both words of version v are v.
 *
 * A read ends: a reader that had no whole copy at its third attempt, with as few publications as here, would be an error.
 *
 *   NO_CLAIM  the writer writes a bank without claiming it
 *   NO_CHECK  the reader doesn't look whether its bank was claimed meanwhile
 */

#define VERSIONS 4

byte latest, version[2], word0[2], word1[2];
byte deaths = 1;

#define MAY_DIE if :: atomic { deaths > 0 -> deaths-- }; goto begin :: skip fi

active proctype writer() {
    byte next;
begin:
    do
    :: latest == VERSIONS -> break
    :: else ->
        next = latest + 1;
#ifndef NO_CLAIM
        version[next % 2] = next;
        MAY_DIE;
#endif
        word0[next % 2] = next;
        MAY_DIE;
        word1[next % 2] = next;
        MAY_DIE;
#ifdef NO_CLAIM
        version[next % 2] = next;
        MAY_DIE;
#endif
        latest = next
    od
}

active [2] proctype reader() {
    byte v, got0, got1, last, attempts;
    do
    :: last == VERSIONS -> break
    :: else ->
        (latest > last);  /* there is something new */
        attempts = 0;
        do
        :: v = latest;
            got0 = word0[v % 2];
            got1 = word1[v % 2];
#ifdef NO_CHECK
            break
#else
            if
            :: version[v % 2] == v -> break
            :: else -> attempts++; assert(attempts < VERSIONS)
            fi
#endif
        od;
        assert(got0 == v && got1 == v && v > last);
        last = v
    od
}
