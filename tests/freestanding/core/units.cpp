// SPDX-License-Identifier: MIT

#include <maxwell/core/units.hpp>

namespace maxwell {

template struct timed<milli_celsius>;
template struct timed<milliwatts>;

milli_celsius use(milli_kelvin t) { return to_celsius(t); }
milli_kelvin use(milli_celsius t) { return to_kelvin(t); }

}  // namespace maxwell
