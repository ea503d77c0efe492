/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/wire_bid.h>

struct maxwell_wire_bid maxwell_proof_wire_bid(uint32_t slot, uint32_t generation, uint32_t lap);
struct maxwell_wire_bid maxwell_proof_wire_bid(uint32_t slot, uint32_t generation, uint32_t lap) {
    struct maxwell_wire_bid b = {1, 2, maxwell_wire_who(slot, generation), lap};
    if (maxwell_wire_slot(b.who) >= MAXWELL_WIRE_SLOTS) b.units = maxwell_wire_generation(b.who);
    return b;
}
