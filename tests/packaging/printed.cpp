// SPDX-License-Identifier: MIT
//
// Objects for gdb to print; gdb.cmake says what it must print.

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/decision.hpp>
#include <maxwell/market/lanes.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/seats.hpp>
#include <maxwell/thermal/price_page.hpp>

using namespace maxwell;

static stratified_buckets<64> buckets;
static tournament_tree<10, 2> tree;
static lazy_heap<300> lazy;
static ledger<4> accounts;
static lanes<tournament_tree<8>, 2> two_lanes;
static seats<5> agents;
static price_page<2> page;
static decision nobody, somebody;
static bid one;
static award won;

template <class A>
static void fill(A& a) {
    a.update_price(5);
    a.insert({make_agent_id(3, 1), 100, 5000});
    a.insert({make_agent_id(7, 0), 200, 1});
    a.insert({make_agent_id(9, 0), 300, 2});
    a.expire(make_agent_id(9, 0));
}

[[gnu::noinline]] static void stop_here() { asm volatile(""); }

int main() {
    fill(buckets);
    fill(tree);
    fill(lazy);
    accounts.open(2, {10, 500, 0}, 0);
    agents.admit(1, 0, 0, true);
    agents.offer({1, 70, 2});
    agents.wake(1, 0);
    agents.admit(4, 1, 0, true);
    price_schedule<2> prices;
    prices.begin(0, 100);
    page.publish(prices);
    one = {make_agent_id(3, 1), 100, 5000};
    won = {one, 42};
    nobody = {{}, 0, quiet::reserve};
    somebody = {won, 1, quiet::nothing};
    stop_here();
    return static_cast<int>(two_lanes.shut());
}
