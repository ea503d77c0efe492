// SPDX-License-Identifier: MIT
//
// The list of panels. An area is a folder below bench/ with a function that names its own, declared here.

#include "harness/panel.hpp"
#include "panels/batch/batch.hpp"
#include "panels/clearing/clearing.hpp"
#include "panels/containers/containers.hpp"
#include "panels/frontier/frontier.hpp"
#include "panels/market/deferred.hpp"
#include "panels/market/quantum.hpp"
#include "panels/market/rebids.hpp"
#include "panels/matrix/matrix.hpp"
#include "panels/ring/board.hpp"
#include "panels/ring/ring.hpp"
#include "panels/sampler/sampler.hpp"
#include "panels/thermal/control.hpp"
#include "panels/thermal/plants.hpp"
#include "panels/thermal/prices.hpp"
#include "panels/thermal/rivals.hpp"
#include "panels/tiers/tiers.hpp"

namespace maxwell::bench {

std::vector<panel> all_panels() {
    return {{"frontier/welfare", "What speed costs in welfare", draw_frontier},
            {"matrix/mechanisms", "Which mechanism: the comparison matrix", compare_mechanisms},
            {"clearing/units", "Units, all or nothing", sell_units},
            {"batch/clear", "Batches: many sealed bids at once", clear_batches},
            {"containers/many_bids", "Many bids at once", enter_many_bids},
            {"ring/one_producer", "How bids arrive: from one producer", push_from_one_producer},
            {"ring/several_producers", "How bids arrive: from several producers", push_from_several_producers},
            {"ring/board", "How bids arrive: the board beside queues", measure_board},
            {"market/quantum", "A quantum of a market, end to end", run_quanta},
            {"market/rebids", "From submit to post, against how many bid again", run_rebids},
            {"market/deferred", "Truth over time: what a patient agent owes", defer_payments},
            {"sampler/welfare", "Samplers: welfare, splitting, waiting", draw_winners},
            {"thermal/prices", "Prices: looked up, changed, passed on, coupled", measure_prices},
            {"thermal/control", "Holding a temperature", compare_temperature_control},
            {"thermal/rivals", "Holding a temperature: rivals, tuned", compare_rivals},
            {"thermal/plants", "Holding a temperature: other machines", hold_other_plants},
            {"thermal/control_cost", "What holding a temperature costs", measure_temperature_control},
            {"tiers/boundaries", "Tiers: fixed and adaptive boundaries", compare_boundaries},
            {"tiers/within", "Tiers: who is first within one", order_within_tiers}};
}

}  // namespace maxwell::bench
