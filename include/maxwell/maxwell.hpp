// SPDX-License-Identifier: MIT
//
// Everything of Maxwell that is kernel-safe. Hosted parts (sim/) are included one by one.

#pragma once

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/auction/clearing_vickrey.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/many_bids.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/atomic16.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/keyed_hash.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/core/prefetch.hpp>
#include <maxwell/core/published.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/market/deferred_payment.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/pacer.hpp>
#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/ring/detail/bid_cells.hpp>
#include <maxwell/ring/detail/slot_holders.hpp>
#include <maxwell/ring/detail/wire_cell.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/sharded_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>
#include <maxwell/thermal/clearing_price.hpp>
#include <maxwell/thermal/controller.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/detail/fixed_point.hpp>
#include <maxwell/thermal/energy_budget.hpp>
#include <maxwell/thermal/price_page.hpp>
#include <maxwell/thermal/price_schedule.hpp>
#include <maxwell/thermal/sensor_monitor.hpp>
#include <maxwell/thermal/stability_certificate.hpp>
#include <maxwell/thermal/thermal_model.hpp>
#include <maxwell/thermal/thermal_observer.hpp>
