/* SPDX-License-Identifier: MIT
 *
 * What the C headers of bpf/ have in common: the capacity, the status codes, bits of words, and indices that are checked where the
 * verifier can see it.
 *
 * The verifier follows values through registers, so a comparison counts only if the very register that it has bounded is the one
 * that indexes. A compiler that knows better (that a count of zeros is below 64, say) drops the comparison and the program is
 * rejected. MAXWELL_HIDE makes it forget what it knows; it costs no instruction.
 */

#ifndef MAXWELL_BPF_BITS_H
#define MAXWELL_BPF_BITS_H

#include <maxwell/abi/types.h>

/* Slots of a program's books and boards. */
#ifndef MAXWELL_CAPACITY
#define MAXWELL_CAPACITY 1024
#endif
static_assert(MAXWELL_CAPACITY > 0 && MAXWELL_CAPACITY <= 1 << 24, "a slot is 24 bits in the wire format");

/* The result of a request, a uint32_t with the values of maxwell::status. Only a request that returns MAXWELL_OK has an effect. */
#define MAXWELL_OK 0u
#define MAXWELL_UNKNOWN_AGENT 1u /* the slot is not below the capacity */
#define MAXWELL_STALE_AGENT 2u   /* the agent has retired, or its slot has seen a newer generation */
#define MAXWELL_NO_BID 3u        /* nothing to withdraw */

#define MAXWELL_INLINE static inline __attribute__((always_inline))

#ifdef __bpf__
#define MAXWELL_HIDE(value) __asm__ volatile("" : "+r"(value))
#else
#define MAXWELL_HIDE(value) ((void)0)
#endif

/* `index` where it is below `bound`, otherwise 0: an index that is safe whatever it was read from. */
MAXWELL_INLINE uint32_t maxwell_below(uint32_t index, uint32_t bound) {
    MAXWELL_HIDE(index);
    return index < bound ? index : 0;
}

#if defined(__bpf__) || defined(__FRAMAC__)

/* BPF counts no zeros. A product with a de Bruijn sequence moves a different pattern to the top for each bit (Leiserson, Prokop and
 * Randall 1998), which a table translates. Compilers make a longer sequence of it, and clang 14 fails to compile its own builtins. */
static const uint8_t maxwell_bit_table[64] = {0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,
                                              62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
                                              63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
                                              46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6};
/* A second zero at its end: clang 14 takes bytes with a single one there for a string, and the kernel refuses the section that it makes. */
static const uint8_t maxwell_zeros_table[33] = {31, 22, 30, 21, 18, 10, 29, 2,  20, 17, 15, 13, 9,  6,  28, 1, 23,
                                                19, 11, 3,  16, 14, 7,  24, 12, 4,  8,  25, 5,  26, 27, 0,  0};

MAXWELL_INLINE uint32_t maxwell_low_bit(uint64_t word) {
    return maxwell_bit_table[(word & (0 - word)) * 0x03f79d71b4cb0a89ull >> 58];
}

MAXWELL_INLINE uint32_t maxwell_high_zeros(uint32_t word) {
    word |= word >> 1;
    word |= word >> 2;
    word |= word >> 4;
    word |= word >> 8;
    word |= word >> 16;
    return maxwell_zeros_table[(uint32_t)(word * 0x07c4acddu) >> 27];
}

#else

/* The lowest bit that is set in `word`, 0 where none is. */
MAXWELL_INLINE uint32_t maxwell_low_bit(uint64_t word) { return word != 0 ? (uint32_t)__builtin_ctzll(word) : 0; }

/* How many zeros stand above the highest bit that is set in `word`, 31 where none is. */
MAXWELL_INLINE uint32_t maxwell_high_zeros(uint32_t word) { return (uint32_t)__builtin_clz(word | 1u); }

#endif

#endif /* MAXWELL_BPF_BITS_H */
