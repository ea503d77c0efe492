// SPDX-License-Identifier: MIT

#include <maxwell/core/agent_registry.hpp>

template class maxwell::agent_registry<1>;
template class maxwell::agent_registry<1000>;
