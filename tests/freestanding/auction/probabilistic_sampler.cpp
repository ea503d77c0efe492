// SPDX-License-Identifier: MIT

#include <maxwell/auction/probabilistic_sampler.hpp>

namespace maxwell {

template class probabilistic_sampler<1>;
template class probabilistic_sampler<1000>;
template class probabilistic_sampler<16384>;
template class probabilistic_sampler<1000, choices_rule<16>>;
template class probabilistic_sampler<1000, lottery_rule>;

using noisy = probabilistic_sampler<1000>;
template void noisy::temperature<gumbel_rule>(price) noexcept;
template price noisy::temperature<gumbel_rule>() const noexcept;
template void noisy::agents_per_award<gumbel_rule>(std::uint32_t) noexcept;
template status noisy::stake<gumbel_rule>(agent_id, std::uint32_t) noexcept;

constinit probabilistic_sampler<1000> in_bss;

}  // namespace maxwell
