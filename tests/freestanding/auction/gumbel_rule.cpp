// SPDX-License-Identifier: MIT

#include <maxwell/auction/gumbel_rule.hpp>

namespace maxwell {

template class gumbel_rule::order<1>;
template class gumbel_rule::order<1000>;
template class gumbel_rule::order<70000>;

}  // namespace maxwell
