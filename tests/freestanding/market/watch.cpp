// SPDX-License-Identifier: MIT

#include <maxwell/market/watch.hpp>

namespace maxwell {

template class watch<1>;
template class watch<1000>;

constinit watch<64> in_bss;

bool use(watch<4>& w, award const& won) { return w.observe(won).any(); }

}  // namespace maxwell
