/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/region.h>

int maxwell_proof_region(struct maxwell_region_header const* h);
int maxwell_proof_region(struct maxwell_region_header const* h) {
    static const char magic[8] = MAXWELL_REGION_MAGIC;
    return h->magic[0] == (uint8_t)magic[0] && h->version == MAXWELL_REGION_VERSION;
}
