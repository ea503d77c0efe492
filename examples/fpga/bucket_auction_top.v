// SPDX-License-Identifier: MIT
//
// bucket_auction behind few pins, so that place and route has something to do: an operation is shifted in, its result shifted out.

module bucket_auction_top (
    input  clk,
    input  in,
    output out
);
    reg [22:0] request = 0;
    reg [20:0] result = 0;
    reg [4:0]  count = 0;
    wire ready, found;
    wire [9:0] winner, payment;
    bucket_auction auction (clk, request[22] & ready, request[21:20], request[19:10], request[9:0], ready, found, winner, payment);
    always @(posedge clk) begin
        request <= {request[21:0], in};
        count <= count + 1;
        result <= count == 0 ? {found, winner, payment} : {result[19:0], 1'b0};
    end
    assign out = result[20];
endmodule
