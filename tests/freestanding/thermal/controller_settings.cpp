// SPDX-License-Identifier: MIT

#include <maxwell/thermal/controller_settings.hpp>

namespace maxwell {

template struct controller_settings<1>;
template struct controller_settings<3>;

template settings_fault check_settings<1>(controller_settings<1> const&, std::size_t) noexcept;
template settings_fault check_settings<3>(controller_settings<3> const&, std::size_t) noexcept;

char const* why(settings_fault fault) { return sentence(fault); }

}  // namespace maxwell
