/* SPDX-License-Identifier: MIT */

#include <maxwell/bpf/bits.h>

uint32_t maxwell_proof_bits(uint64_t word, uint32_t index);
uint32_t maxwell_proof_bits(uint64_t word, uint32_t index) {
    return maxwell_low_bit(word) + maxwell_high_zeros(index) + maxwell_below(index, 7);
}
