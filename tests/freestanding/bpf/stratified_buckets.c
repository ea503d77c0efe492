/* SPDX-License-Identifier: MIT */

#include <maxwell/bpf/stratified_buckets.h>

uint32_t maxwell_proof_buckets(struct maxwell_buckets* book, struct maxwell_bid bid);
uint32_t maxwell_proof_buckets(struct maxwell_buckets* book, struct maxwell_bid bid) {
    struct maxwell_award award = {{0, 0, 0}, 0};
    uint32_t won = 0;
    maxwell_update_price(book, bid.amount);
    if (maxwell_insert(book, bid) == MAXWELL_OK) won += (uint32_t)maxwell_top(book, &award);
    if (maxwell_expire(book, bid.agent) == MAXWELL_NO_BID) won += (uint32_t)maxwell_extract_max(book, &award);
    if (maxwell_retire(book, bid.agent) == MAXWELL_STALE_AGENT) return award.payment;
    return won + award.payment;
}

static_assert(sizeof(struct maxwell_award) == 24, "as maxwell::award");
