/* SPDX-License-Identifier: MIT
 *
 * A reader of a price page in C, for a kernel or a guest: 1 when it has copied the newest version of a lane, 0 when there is none yet,
 * when the page is another or has no such lane, or when a writer was faster four times in a row. `lanes` is what the reader knows of
 * the mapping; the page's own word is only compared with it.
 */

#include <maxwell/abi/price_page.h>

int maxwell_proof_read_price(void const* page, uint32_t lanes, uint32_t lane, struct maxwell_price_bank* bank,
                             struct maxwell_price_lane* line);
int maxwell_proof_read_price(void const* page, uint32_t lanes, uint32_t lane, struct maxwell_price_bank* bank,
                             struct maxwell_price_lane* line) {
    struct maxwell_price_page const* header = (struct maxwell_price_page const*)page;
    if (lane >= lanes) return 0;
    for (int attempt = 0; attempt < 4; ++attempt) {
        const uint64_t version = __atomic_load_n(&header->latest, __ATOMIC_ACQUIRE);
        if (version == 0) return 0;
        if (__atomic_load_n(&header->layout, __ATOMIC_RELAXED) != MAXWELL_PRICE_LAYOUT ||
            __atomic_load_n(&header->lanes, __ATOMIC_RELAXED) != lanes)
            return 0;
        char const* at = (char const*)page + maxwell_price_bank_offset(version, lanes);
        struct maxwell_price_bank const* from = (struct maxwell_price_bank const*)(void const*)at;
        struct maxwell_price_lane const* words = (struct maxwell_price_lane const*)(from + 1) + lane;
        bank->version = version;
        bank->start_ns = __atomic_load_n(&from->start_ns, __ATOMIC_ACQUIRE);
        bank->end_ns = __atomic_load_n(&from->end_ns, __ATOMIC_ACQUIRE);
        bank->base_price = __atomic_load_n(&from->base_price, __ATOMIC_ACQUIRE);
        line->safe_q16 = __atomic_load_n(&words->safe_q16, __ATOMIC_ACQUIRE);
        for (unsigned step = 0; step < MAXWELL_PRICE_STEPS; ++step)
            line->multiplier_q16[step] = __atomic_load_n(&words->multiplier_q16[step], __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&from->version, __ATOMIC_RELAXED) == version) return 1;
    }
    return 0;
}
