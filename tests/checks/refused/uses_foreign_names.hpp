// SPDX-License-Identifier: MIT
//
// What a kernel's or Windows' own names do to a header: must be refused.

#pragma once

struct uses_foreign_names {
    [[gnu::noinline]] int max() const { return 1; }
};
