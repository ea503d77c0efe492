// SPDX-License-Identifier: MIT

#include <maxwell/auction/choices_rule.hpp>

namespace maxwell {

template struct choices_rule<1>;
template struct choices_rule<64>;
template class choices_rule<1>::order<1>;
template class choices_rule<16>::order<1000>;
template class choices_rule<64>::order<70000>;

}  // namespace maxwell
