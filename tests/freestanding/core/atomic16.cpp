// SPDX-License-Identifier: MIT

#include <maxwell/core/atomic16.hpp>

namespace maxwell {

bool use(atomic16& shared, two_words desired) { return shared.compare_exchange(shared.load(), desired); }

}  // namespace maxwell
