// SPDX-License-Identifier: MIT

#include <maxwell/thermal/stability_certificate.hpp>

namespace maxwell {

stability learning(plant_bounds const& bounds, std::uint32_t gain) { return certify_learning(bounds, gain); }
stability pi(pi_plant_bounds const& bounds, q32 kp, q32 ki) { return certify_pi(bounds, kp, ki); }

}  // namespace maxwell
