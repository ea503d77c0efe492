// SPDX-License-Identifier: MIT

#include <maxwell/auction/lottery_rule.hpp>

namespace maxwell {

template class lottery_rule::order<1>;
template class lottery_rule::order<1000>;

price pays(price amount, std::uint64_t offset, std::uint64_t others) noexcept {
    return lottery_rule::payment(amount, offset, others);
}

}  // namespace maxwell
