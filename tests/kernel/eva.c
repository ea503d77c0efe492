/* SPDX-License-Identifier: MIT
 *
 * What Frama-C's Eva proves: with any contents of book, cells, reader and page, any bid and any order of calls, the C headers of bpf/
 * access nothing out of bounds, overflow nothing, and divide by nothing that is 0. `extern` objects are anything to Eva.
 */

#ifndef MAXWELL_CAPACITY
#define MAXWELL_CAPACITY 100
#endif
#include <maxwell/bpf/bid_board.h>
#include <maxwell/bpf/price_page.h>
#include <maxwell/bpf/stratified_buckets.h>

extern struct maxwell_buckets book;
extern struct maxwell_board_cells cells;
extern struct maxwell_board_reader reader;
extern struct maxwell_drain drain;
extern struct maxwell_price_table table;
extern struct maxwell_lane_prices prices;
extern struct maxwell_bid bid;
extern volatile uint32_t any;
extern volatile uint64_t any_64;

int main(void) {
    struct maxwell_award award = {{0, 0, 0}, 0};
    while (any) {
        struct maxwell_bid read = {any_64, any, any};
        switch (any) {
            case 0:
                maxwell_insert(&book, read);
                break;
            case 1:
                maxwell_expire(&book, any_64);
                break;
            case 2:
                maxwell_retire(&book, any_64);
                break;
            case 3:
                maxwell_top(&book, &award);
                break;
            case 4:
                maxwell_extract_max(&book, &award);
                break;
            case 5:
                maxwell_update_price(&book, any);
                break;
            case 6:
                maxwell_board_admit(&cells, &reader, any_64);
                break;
            case 7:
                maxwell_board_retire(&cells, &reader, any_64);
                break;
            case 8:
                maxwell_board_pending(&cells, &reader);
                break;
            case 9:
                maxwell_drain_begin(&cells, &reader, &drain, any);
                break;
            case 10:
                maxwell_drain_step(&cells, &reader, &drain, &bid);
                break;
            case 11:
                maxwell_price_read(&table, any, &prices);
                break;
            case 12:
                maxwell_lane_reserve(&prices, any_64);
                break;
            case 13:
                maxwell_lane_outranks(any, any, any, any, any, any);
                break;
            case 14:
                maxwell_price_bank_offset(any_64, any);
                break;
            default:
                maxwell_lane_to_match(any, any, any, (int)any);
                break;
        }
    }
    return 0;
}
