// SPDX-License-Identifier: MIT

#include <maxwell/auction/probabilistic_sampler.hpp>

namespace maxwell {

template class probabilistic_sampler<1>;
template class probabilistic_sampler<1000>;
template class probabilistic_sampler<16384>;
template class probabilistic_sampler<1000, gumbel_rule_of_levels<64>>;
template class probabilistic_sampler<1000, choices_rule<16>>;
template class probabilistic_sampler<1000, lottery_rule>;

constinit probabilistic_sampler<1000> in_bss;

}  // namespace maxwell
