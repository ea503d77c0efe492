// SPDX-License-Identifier: MIT
//
// systolic_queue: a priority queue that takes an operation in every clock, in its shift-register form (Leiserson 1979). Each cell keeps a
// key, the greatest first, and compares it with the new one: whoever is less moves one cell on, all in the same clock. So it costs a comparator a
// bidder, where bucket_auction costs block RAM.
//
//     insert  key 5:   9 7 4 2  ─▶  9 7 5 4 2        extract:   9 7 5 4 2  ─▶  7 5 4 2
//
// `best` and `second` are the first two keys, 0 where there is none; the second sets the price. At N keys an insert drops the least.

/* verilator lint_off DECLFILENAME */
module systolic_cell #(parameter W = 48) (
    input              clk,
    input              insert,
    input              extract,
    input      [W-1:0] key,
    input      [W-1:0] ahead,        // the cell before this one, and whether the key goes before that too
    input              ahead_moves,
    input      [W-1:0] after,
    output reg [W-1:0] kept,
    output             moves
);
    initial kept = 0;
    assign moves = kept < key;
    always @(posedge clk)
        if (insert && moves) kept <= ahead_moves ? ahead : key;
        else if (extract && !insert) kept <= after;
endmodule
/* verilator lint_on DECLFILENAME */

module systolic_queue #(parameter N = 32, parameter W = 48) (
    input          clk,
    input          insert,
    input          extract,
    input  [W-1:0] key,
    output [W-1:0] best,
    output [W-1:0] second
);
    wire [W-1:0] kept [0:N];
    /* verilator lint_off UNUSEDSIGNAL */
    wire [N-1:0] moves;  // nobody asks the last one
    /* verilator lint_on UNUSEDSIGNAL */
    assign kept[N] = 0;
    genvar i;
    generate
        for (i = 0; i < N; i = i + 1) begin : cells
            systolic_cell #(W) one (clk, insert, extract, key, i == 0 ? {W{1'b0}} : kept[i == 0 ? 0 : i - 1],
                                    i == 0 ? 1'b0 : moves[i == 0 ? 0 : i - 1], kept[i + 1], kept[i], moves[i]);
        end
    endgenerate
    assign best = kept[0];
    assign second = kept[1];
endmodule
