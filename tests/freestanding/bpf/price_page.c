/* SPDX-License-Identifier: MIT */

#include <maxwell/bpf/price_page.h>

uint64_t maxwell_proof_prices(const struct maxwell_price_table* table, struct maxwell_lane_prices* to, uint64_t now);
uint64_t maxwell_proof_prices(const struct maxwell_price_table* table, struct maxwell_lane_prices* to, uint64_t now) {
    if (maxwell_price_read(table, 1, to) != MAXWELL_PRICE_OK) return 0;
    if (maxwell_lane_outranks(0, maxwell_multiplier(to, now), 5, 1, 65536, 7)) return 1;
    return maxwell_lane_reserve(to, now) + maxwell_lane_to_match(65536, to->lane.safe_q16, 7, 1);
}
