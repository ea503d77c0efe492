/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/bid.h>

struct maxwell_bid maxwell_proof_bid(uint64_t agent, uint32_t amount, uint32_t units);
struct maxwell_bid maxwell_proof_bid(uint64_t agent, uint32_t amount, uint32_t units) {
    struct maxwell_bid b = {agent, amount, units};
    return b;
}
