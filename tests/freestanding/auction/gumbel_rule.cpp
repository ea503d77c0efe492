// SPDX-License-Identifier: MIT

#include <maxwell/auction/gumbel_rule.hpp>

namespace maxwell {

template struct gumbel_rule_of_levels<64>;
template struct gumbel_rule_of_levels<8192>;
template class gumbel_rule_of_levels<64>::order<1>;
template class gumbel_rule::order<1000>;

}  // namespace maxwell
