/* SPDX-License-Identifier: MIT */

#include <maxwell/bpf/bid_board.h>

uint32_t maxwell_proof_board(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                             struct maxwell_bid* bid);
uint32_t maxwell_proof_board(struct maxwell_board_cells* cells, struct maxwell_board_reader* reader,
                             struct maxwell_bid* bid) {
    struct maxwell_drain drain;
    uint32_t last = maxwell_board_admit(cells, reader, bid->agent);
    if (maxwell_board_pending(cells, reader))
        maxwell_drain_begin(cells, reader, &drain, 64);
    else
        return last;
    while (last != MAXWELL_DRAIN_ENDED) last = maxwell_drain_step(cells, reader, &drain, bid);
    return maxwell_board_retire(cells, reader, bid->agent);
}
