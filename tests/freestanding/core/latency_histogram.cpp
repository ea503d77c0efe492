// SPDX-License-Identifier: MIT

#include <maxwell/core/latency_histogram.hpp>

template class maxwell::latency_histogram<3>;
template class maxwell::latency_histogram<7>;
