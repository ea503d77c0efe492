// SPDX-License-Identifier: MIT
//
// bucket_auction: stratified_buckets in hardware. 1,024 agents, 512 tiers, everything but a few registers in block RAM.
//
//     summary   16 bits, one for each group of 32 tiers          registers
//     word      16 x 32, a bit for each tier                     block RAM, as all below
//     head      512 x 10, the oldest agent of each tier
//     nxt, prv  1,024 x 10, a ring for each tier: the head's prv is the newest
//     state     1,024 x 10, live and tier
//     arrival   1,024 x 32, a number for each bid, compared modulo 2^32: right for bids up to 2^31 arrivals apart
//
// The highest bid is found by two steps of find-first-set, as in BBQ (Atre et al., NSDI 2024). A bid names its tier; payments are tiers:
// their lower edges are the caller's. An operation starts when `start` is up while `ready` is, and has ended when `ready` is up again, with
// its result in `found`, `winner` and `payment` until the next one starts.
//
//     op          0 insert   1 expire   2 extract   3 reserve
//     takes       slot,tier  slot       -           tier, the least that may win; 512: none
//     clocks      7          3          11          1          at most, from `start` until `ready` is up again
//     found       1          was live   somebody won  1

module bucket_auction (
    input             clk,
    input             start,
    input      [1:0]  op,
    input      [9:0]  slot,
    input      [9:0]  tier,
    output            ready,
    output reg        found,
    output reg [9:0]  winner,
    output reg [9:0]  payment
);
    localparam insert = 2'd0, extract = 2'd2, set_reserve = 2'd3;
    localparam idle = 5'd0, old_state = 5'd1, old_head = 5'd2, new_read = 5'd3, new_head = 5'd4, new_tail = 5'd5,
               new_link = 5'd6, top_word = 5'd7, top_bit = 5'd8, top_head = 5'd9, top_node = 5'd10, top_leave = 5'd11,
               next_word = 5'd12, next_bit = 5'd13, next_head = 5'd14, next_node = 5'd15, next_price = 5'd16;

    (* ram_style = "block" *) reg [9:0]  nxt [0:1023];
    (* ram_style = "block" *) reg [9:0]  prv [0:1023];
    (* ram_style = "block" *) reg [9:0]  state [0:1023];
    (* ram_style = "block" *) reg [31:0] arrival [0:1023];
    (* ram_style = "block" *) reg [9:0]  head [0:511];
    (* ram_style = "block" *) reg [31:0] word [0:15];
    integer i;
    initial begin
        for (i = 0; i < 1024; i = i + 1) begin
            nxt[i] = 0; prv[i] = 0; state[i] = 0; arrival[i] = 0;
        end
        for (i = 0; i < 512; i = i + 1) head[i] = 0;
        for (i = 0; i < 16; i = i + 1) word[i] = 0;
    end

    reg [4:0]  at = idle;
    reg        inserts = 0;     // not an expire
    reg [9:0]  self = 0;        // the agent of the operation
    reg [8:0]  into = 0;        // the tier that it joins
    reg [8:0]  from = 0;        // the tier that it leaves, or the runner-up's
    reg [15:0] summary = 0;
    reg [31:0] left = 0;        // the word of the winner's tier
    reg [31:0] arrivals = 0;
    reg [31:0] winner_arrival = 0;
    reg [9:0]  reserve = 0;
    reg [9:0]  oldest = 0;      // of the tier that it joins
    reg [9:0]  newest = 0;
    assign ready = at == idle;

    // What the memories were asked for in the last clock.
    reg [9:0]  nxt_q, prv_q, state_q, head_q;
    reg [31:0] arrival_q, word_q;
    reg [9:0]  node_at;
    reg [8:0]  tier_at;

    // One write to each memory in a clock.
    reg        nxt_w, prv_w, state_w, arrival_w, head_w, word_w;
    reg [9:0]  nxt_a, nxt_d, prv_a, prv_d, state_d, head_d;
    reg [8:0]  head_a;
    reg [3:0]  word_a;
    reg [31:0] word_d;

    // The number of the highest bit that is set.
    function [3:0] highest16(input [15:0] bits);
        reg [3:0] n;
        begin
            n[3] = |bits[15:8];
            bits[7:0] = n[3] ? bits[15:8] : bits[7:0];
            n[2] = |bits[7:4];
            bits[3:0] = n[2] ? bits[7:4] : bits[3:0];
            n[1] = |bits[3:2];
            n[0] = n[1] ? bits[3] : bits[1];
            highest16 = n;
        end
    endfunction
    function [4:0] highest32(input [31:0] bits);
        highest32 = |bits[31:16] ? {1'b1, highest16(bits[31:16])} : {1'b0, highest16(bits[15:0])};
    endfunction

    wire alone = nxt_q == self;
    wire [31:0] from_bit = 32'd1 << from[4:0];
    wire [31:0] into_bit = 32'd1 << into[4:0];
    wire [31:0] without = (at == top_leave ? left : word_q) & ~from_bit;  // the word of `from` when its last agent has left
    wire [15:0] groups = |without ? summary : summary & ~(16'd1 << from[8:5]);
    /* verilator lint_off UNUSEDSIGNAL */
    wire [31:0] gap = winner_arrival - arrival_q;
    /* verilator lint_on UNUSEDSIGNAL */
    wire [9:0] outranks = {1'b0, from} + {9'd0, !gap[31]};  // a tier above the runner-up's if the winner came later
    wire unlinks = at == old_head || at == top_leave;

    // Addresses of the reads whose data the next clock sees.
    always @* begin
        node_at = self;
        tier_at = into;
        case (at)
            idle: node_at = slot;
            old_state: tier_at = state_q[9] ? state_q[8:0] : into;
            new_head, top_node, next_node: node_at = head_q;
            top_word, top_head, next_word, next_head: tier_at = from;
            default: ;
        endcase
    end

    always @* begin
        nxt_w = 0; prv_w = 0; state_w = 0; arrival_w = 0; head_w = 0; word_w = 0;
        nxt_a = self; nxt_d = self; prv_a = self; prv_d = self;
        state_d = {1'b1, into};
        head_a = into; head_d = self;
        word_a = into[8:5]; word_d = word_q | into_bit;
        if (unlinks) begin
            head_a = from;
            word_a = from[8:5];
            word_d = without;
            word_w = alone;
            nxt_w = !alone; nxt_a = prv_q; nxt_d = nxt_q;
            prv_w = !alone; prv_a = nxt_q; prv_d = prv_q;
            head_w = !alone && (at == top_leave || head_q == self); head_d = nxt_q;
            state_w = 1; state_d = 0;
        end
        if (at == new_head && !word_q[into[4:0]]) begin  // an empty tier: a ring of one
            nxt_w = 1; prv_w = 1; head_w = 1; word_w = 1;
        end
        if (at == new_head) begin
            state_w = 1; arrival_w = 1;
        end
        if (at == new_tail) begin  // prv_q is the newest of the tier
            nxt_w = 1; nxt_a = prv_q;
            prv_w = 1; prv_a = oldest;
        end
        if (at == new_link) begin
            nxt_w = 1; nxt_d = oldest;
            prv_w = 1; prv_d = newest;
        end
    end

    always @(posedge clk) begin
        nxt_q <= nxt[node_at];
        prv_q <= prv[node_at];
        state_q <= state[node_at];
        arrival_q <= arrival[node_at];
        head_q <= head[tier_at];
        word_q <= word[tier_at[8:5]];
        if (nxt_w) nxt[nxt_a] <= nxt_d;
        if (prv_w) prv[prv_a] <= prv_d;
        if (state_w) state[self] <= state_d;
        if (arrival_w) arrival[self] <= arrivals;
        if (head_w) head[head_a] <= head_d;
        if (word_w) word[word_a] <= word_d;
    end

    always @(posedge clk) begin
        if (word_w) summary <= unlinks ? groups : summary | 16'd1 << into[8:5];
        if (arrival_w) arrivals <= arrivals + 1;
        case (at)
            idle: if (start) begin
                inserts <= op == insert;
                self <= slot;
                into <= tier[8:0];
                from <= {highest16(summary), 5'd0};
                found <= op == set_reserve;
                if (op == set_reserve) reserve <= tier;
                else if (op != extract) at <= old_state;
                else if (|summary) at <= top_word;
            end
            // The bid that the agent has leaves its tier.
            old_state: begin
                from <= state_q[8:0];
                found <= inserts || state_q[9];
                at <= state_q[9] ? old_head : inserts ? new_head : idle;
            end
            old_head: at <= inserts ? new_read : idle;
            // It joins the new one as the newest.
            new_read: at <= new_head;
            new_head: begin
                oldest <= head_q;
                at <= word_q[into[4:0]] ? new_tail : idle;
            end
            new_tail: begin
                newest <= prv_q;
                at <= new_link;
            end
            new_link: at <= idle;
            // The oldest of the highest tier wins, unless the reserve bars it.
            top_word: at <= top_bit;
            top_bit: begin
                from[4:0] <= highest32(word_q);
                left <= word_q;
                at <= top_head;
            end
            top_head: at <= {1'b0, from} < reserve ? idle : top_node;
            top_node: begin
                self <= head_q;
                at <= top_leave;
            end
            top_leave: begin
                found <= 1;
                winner <= self;
                winner_arrival <= arrival_q;
                payment <= alone ? reserve : {1'b0, from};
                from <= {highest16(groups), |without ? highest32(without) : 5'd0};
                at <= !alone || ~|groups ? idle : |without ? next_head : next_word;
            end
            // It was alone in its tier: the oldest of the next one is the runner-up.
            next_word: at <= next_bit;
            next_bit: begin
                from[4:0] <= highest32(word_q);
                at <= next_head;
            end
            next_head: at <= next_node;
            next_node: at <= next_price;
            next_price: begin
                payment <= outranks > reserve ? outranks : reserve;
                at <= idle;
            end
            default: at <= idle;
        endcase
    end
endmodule
