/* SPDX-License-Identifier: MIT */

#include <maxwell/abi/price_page.h>

struct maxwell_price_bank maxwell_proof_price_bank(struct maxwell_price_page const* page, uint32_t lanes);
struct maxwell_price_bank maxwell_proof_price_bank(struct maxwell_price_page const* page, uint32_t lanes) {
    unsigned char const* bytes = (unsigned char const*)page;
    return *(struct maxwell_price_bank const*)(void const*)(bytes + maxwell_price_bank_offset(page->latest, lanes));
}
