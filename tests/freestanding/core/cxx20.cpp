// SPDX-License-Identifier: MIT

#include <maxwell/core/cxx20.hpp>

// Nothing to instantiate: the header only looks at the language.
