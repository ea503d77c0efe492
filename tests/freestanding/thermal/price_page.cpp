// SPDX-License-Identifier: MIT

#include <maxwell/thermal/price_page.hpp>

namespace maxwell {

template class price_page<1>;
template class price_page<12>;

}  // namespace maxwell
